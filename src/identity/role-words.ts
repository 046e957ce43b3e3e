/** Names that claim a role: roles are shown as badges, and a name must not pass for one. */
import { unboxed } from './look-alikes.js'
import { foldName } from './names.js'

/**
 * What those who keep a site's discussions, or speak for it, are called in English, German, French and Spanish. A name is refused where one of these is a
 * word of it (`Site Admin`, `Admin42`, `AdminTeam`) or what some words of it make together (`M o d e r a t o r`), in any letters that
 * look the same (`names.ts`).
 */
export const roleWords = {
  en: 'moderator moderators mod mods moderation admin admins administrator administrators administration sysadmin sysop webmaster editor editors editorial newsroom owner owners official officials staff support',
  de: 'Moderatorin Moderatoren Moderatorinnen Administratorin Administratoren Administratorinnen Redaktion Redaktionsteam Chefredaktion Redakteur Redakteurin Betreiber Betreiberin Seitenbetreiber',
  fr: 'modérateur modératrice modérateurs modération administrateur administratrice administrateurs rédaction rédacteur rédactrice officiel officielle propriétaire webmestre',
  es: 'moderador moderadora moderadores moderación administrador administradora administradores administración redacción redactor redactora editora oficial propietario propietaria soporte',
}

/** Shorter ones are made by chance: `Mo D.` is nobody's moderator. */
const shortestMadeOfWords = 5

const folded = new Set(Object.values(roleWords).join(' ').split(' ').map(foldName))

/** Whether a name passes for that of somebody who keeps the discussions. */
export function claimsRole(name: string): boolean {
  const seen = unboxed(name)
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  const words = seen.split(/[^\p{Letter}\p{Number}\p{Mark}@$€!|]+|(?<=\p{Lowercase})(?=\p{Uppercase})/u).filter((word) => word !== '')
  // `4dmin` is read as a word, and the number behind `Admin42` is not.
  const readings = [words.map(foldName), words.map((word) => foldName(word.replace(/^\p{Number}+|\p{Number}+$/gu, '')))]
  return readings.some((reading) => reading.some((word) => folded.has(word)) || madeOf(reading))
}

function madeOf(words: readonly string[]): boolean {
  return words.some((_word, from) =>
    words.some((_other, to) => {
      const made = to > from ? words.slice(from, to + 1).join('') : ''
      return made.length >= shortestMadeOfWords && folded.has(made)
    }),
  )
}
