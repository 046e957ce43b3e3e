/** Who says what in the demonstration. */
import type { Viewer } from './identity/viewer.js'

/** Nobody in particular. */
export const people = {
  moderator: { name: 'Moderator', kind: 'MEMBER', role: 'MODERATOR' },
  gardener: { name: 'Gardener', kind: 'MEMBER', role: 'READER' },
  owl: { name: 'Night owl', kind: 'MEMBER', role: 'READER' },
  thirdFloor: { name: 'Third floor', kind: 'MEMBER', role: 'READER' },
  cook: { name: 'Somebody who cooks', kind: 'MEMBER', role: 'READER' },
  reader: { name: 'A reader', kind: 'GUEST', role: 'READER' },
  beginner: { name: 'Beginner', kind: 'GUEST', role: 'READER' },
  visitor: { name: 'Visitor', kind: 'MEMBER', role: 'READER' },
} as const satisfies Record<string, Pick<Viewer, 'name' | 'kind' | 'role'>>

export type PersonKey = keyof typeof people

/** A comment of the demonstration and what becomes of it. */
export interface Said {
  id: string
  by: PersonKey
  answers?: string
  hoursAgo: number
  text: string
  /** What the author made of it a minute later. */
  edited?: string
  up?: readonly PersonKey[]
  down?: readonly PersonKey[]
  pinned?: boolean
  deleted?: boolean
  /** Waits for a moderator. */
  waits?: boolean
  reportedBy?: PersonKey
}

/** In the order in which it was said. */
export const discussion: readonly Said[] = [
  {
    id: 'welcome',
    by: 'moderator',
    hoursAgo: 48,
    pinned: true,
    up: ['gardener', 'thirdFloor'],
    text: 'This discussion is here to be tried out: answer, vote, report, and with the moderator’s token take things down and put them back. **Nothing here can break.**',
  },
  {
    id: 'ferns',
    by: 'gardener',
    hoursAgo: 46,
    up: ['owl', 'thirdFloor', 'cook', 'visitor'],
    text: 'More than most people think. Mine sees the sun for an hour in June and still has:\n\n- ferns, which want nothing but water\n- ivy, whether you ask it or not\n- *hostas* in the two biggest pots\n\nThe mistake is to buy what looks good in the shop in May.',
  },
  {
    id: 'water',
    by: 'beginner',
    answers: 'ferns',
    hoursAgo: 44,
    up: ['gardener'],
    text: 'How often do you water the ferns? Mine go brown at the tips although the soil is wet.',
  },
  {
    id: 'tips',
    by: 'gardener',
    answers: 'water',
    hoursAgo: 43,
    up: ['owl', 'cook'],
    text: '> although the soil is wet\n\nThen it is the air and not the soil. Move them away from the wall, where the heating of the flat dries them out.',
  },
  {
    id: 'thanks',
    by: 'beginner',
    answers: 'tips',
    hoursAgo: 20,
    text: 'Moved them yesterday. I will report back.',
  },
  {
    id: 'herbs',
    by: 'cook',
    hoursAgo: 40,
    up: ['visitor', 'thirdFloor'],
    down: ['gardener'],
    text: 'Mint, chives and parsley are fine in the shade. Basil is a waste of money.',
    edited: 'Mint, chives, parsley and *sorrel* are fine in the shade. Basil is a waste of money.',
  },
  {
    id: 'basil',
    by: 'owl',
    answers: 'herbs',
    hoursAgo: 38,
    up: ['cook'],
    down: ['gardener', 'thirdFloor'],
    text: 'My basil grew well on a north window. It was August, and I carried it to the other side of the flat every morning, but it did.',
  },
  {
    id: 'gone',
    by: 'thirdFloor',
    answers: 'herbs',
    hoursAgo: 36,
    deleted: true,
    text: 'Parsley never came up for me, so I doubt this.',
  },
  {
    id: 'seed',
    by: 'cook',
    answers: 'gone',
    hoursAgo: 35,
    text: 'Parsley takes four weeks to show. Most people give up in the third.',
  },
  {
    id: 'light',
    by: 'reader',
    hoursAgo: 12,
    text: 'Is there a way to measure whether a place is too dark, other than losing a plant to find out?',
  },
  {
    id: 'meter',
    by: 'owl',
    answers: 'light',
    hoursAgo: 11,
    up: ['gardener', 'cook'],
    text: 'Any camera will do: point it at a white sheet of paper at noon and read the exposure. At ISO 100 and f/8, slower than `1/30` is a fern’s place.',
  },
  {
    id: 'kettle',
    by: 'thirdFloor',
    hoursAgo: 6,
    reportedBy: 'visitor',
    down: ['owl'],
    text: 'Unrelated, but does anybody know how to get limescale out of a kettle?',
  },
  {
    id: 'link',
    by: 'reader',
    answers: 'herbs',
    hoursAgo: 1,
    waits: true,
    text: 'I sell seeds for exactly this, see [my shop](https://shop.example/seeds)!',
  },
]
