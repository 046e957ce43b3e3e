-- release 0.1.0
-- The first migration. What Prisma cannot say stands at the top (functions that generated columns use) and at the end.

-- Lower bound of the 95 % Wilson score interval (E. B. Wilson, 1927) for the share of up-votes, times 10^9; 0 without votes.
CREATE FUNCTION wilson_lower_bound(ups integer, downs integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN ups + downs <= 0 THEN 0 ELSE floor(1e9 * (
    (ups + 1.9208::float8) / (ups + downs)
      - 1.96::float8 * sqrt(GREATEST(ups::float8 * downs / (ups + downs) + 0.9604, 0)) / (ups + downs)
    ) / (1 + 3.8416::float8 / (ups + downs)))::integer END
$$;

-- (ups + downs) ^ (the smaller of the two / the larger), times 1000: many votes, evenly split, come first; 0 where one side is empty.
-- The formula is the one Reddit published in its open-source release (2008, _sorts.pyx, `controversy`).
CREATE FUNCTION controversy(ups integer, downs integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN ups <= 0 OR downs <= 0 THEN 0 ELSE LEAST(2147483647, floor(1000 *
    power((ups + downs)::float8, LEAST(ups, downs)::float8 / GREATEST(ups, downs))))::integer END
$$;

-- CreateTable
CREATE TABLE "installation" (
    "id" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "site" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "origins" TEXT[] NOT NULL,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "ssoSecret" TEXT,
    "generation" BIGINT NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "site_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person" (
    "id" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "nameFold" TEXT NOT NULL,
    "avatarUrl" TEXT,
    "role" TEXT NOT NULL DEFAULT 'READER',
    "standing" TEXT NOT NULL DEFAULT 'GOOD',
    "standingUntil" TIMESTAMPTZ(3),
    "tokensValidFrom" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person_private" (
    "personId" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "email" TEXT,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "person_private_pkey" PRIMARY KEY ("personId")
);

-- CreateTable
CREATE TABLE "person_identity" (
    "siteId" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "personId" UUID NOT NULL,

    CONSTRAINT "person_identity_pkey" PRIMARY KEY ("siteId","issuer","subject")
);

-- CreateTable
CREATE TABLE "article" (
    "id" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "key" TEXT,
    "url" TEXT NOT NULL,
    "title" TEXT,
    "publishedAt" TIMESTAMPTZ(3),
    "mergedInto" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "article_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "article_head" (
    "articleId" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'OPEN',
    "lastSeq" BIGINT NOT NULL DEFAULT 0,
    "firstSeq" BIGINT NOT NULL DEFAULT 1,
    "commentCount" INTEGER NOT NULL DEFAULT 0,
    "threadCount" INTEGER NOT NULL DEFAULT 0,
    "pinnedCount" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "article_head_pkey" PRIMARY KEY ("articleId")
);

-- CreateTable
CREATE TABLE "article_url" (
    "siteId" UUID NOT NULL,
    "canonicalUrl" TEXT NOT NULL,
    "articleId" UUID NOT NULL,
    "givenUrl" TEXT NOT NULL,

    CONSTRAINT "article_url_pkey" PRIMARY KEY ("siteId","canonicalUrl")
);

-- CreateTable
CREATE TABLE "event" (
    "articleId" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "siteId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "commentId" UUID,
    "threadId" UUID,
    "parentId" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_pkey" PRIMARY KEY ("articleId","seq")
);

-- CreateTable
CREATE TABLE "comment" (
    "id" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "articleId" UUID NOT NULL,
    "listId" UUID NOT NULL,
    "parentId" UUID,
    "threadId" UUID NOT NULL,
    "authorId" UUID NOT NULL,
    "depth" SMALLINT NOT NULL DEFAULT 0,
    "path" UUID[] NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'APPROVED',
    "listed" BOOLEAN NOT NULL DEFAULT true,
    "locked" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "editedAt" TIMESTAMPTZ(3),
    "pinnedAt" TIMESTAMPTZ(3),
    "decidedAt" TIMESTAMPTZ(3),
    "replyCount" INTEGER NOT NULL DEFAULT 0,
    "listCount" INTEGER NOT NULL DEFAULT 0,
    "up" INTEGER NOT NULL DEFAULT 0,
    "down" INTEGER NOT NULL DEFAULT 0,
    "importedUp" INTEGER NOT NULL DEFAULT 0,
    "importedDown" INTEGER NOT NULL DEFAULT 0,
    "votesSeq" BIGINT NOT NULL DEFAULT 0,
    -- Sort keys. Every order ascends, so that a page is one row comparison on exactly an index's columns.
    "notPinned" BOOLEAN NOT NULL GENERATED ALWAYS AS ("pinnedAt" IS NULL) STORED,
    "newness" BIGINT NOT NULL GENERATED ALWAYS AS ((-1000 * extract(epoch FROM "createdAt" AT TIME ZONE 'UTC'))::bigint) STORED,
    "score" INTEGER NOT NULL GENERATED ALWAYS AS ("up" + "importedUp" - "down" - "importedDown") STORED,
    "best" INTEGER NOT NULL GENERATED ALWAYS AS (wilson_lower_bound("up" + "importedUp", "down" + "importedDown")) STORED,
    "controversial" INTEGER NOT NULL GENERATED ALWAYS AS (controversy("up" + "importedUp", "down" + "importedDown")) STORED,

    CONSTRAINT "comment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "comment_text" (
    "commentId" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "source" TEXT NOT NULL,
    "html" TEXT NOT NULL,

    CONSTRAINT "comment_text_pkey" PRIMARY KEY ("commentId")
);

-- CreateTable
CREATE TABLE "comment_revision" (
    "commentId" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "siteId" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "comment_revision_pkey" PRIMARY KEY ("commentId","revision")
);

-- CreateTable
CREATE TABLE "comment_source" (
    "siteId" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "sourceId" TEXT NOT NULL,
    "commentId" UUID NOT NULL,

    CONSTRAINT "comment_source_pkey" PRIMARY KEY ("siteId","source","sourceId")
);

-- CreateTable
CREATE TABLE "vote" (
    "commentId" UUID NOT NULL,
    "voterId" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "value" SMALLINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vote_pkey" PRIMARY KEY ("commentId","voterId")
);

-- CreateTable
CREATE TABLE "vote_delta" (
    "id" BIGSERIAL NOT NULL,
    "commentId" UUID NOT NULL,
    "up" SMALLINT NOT NULL,
    "down" SMALLINT NOT NULL,

    CONSTRAINT "vote_delta_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "report" (
    "id" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "commentId" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "reporterId" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "note" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "reviewedAt" TIMESTAMPTZ(3),

    CONSTRAINT "report_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mute" (
    "siteId" UUID NOT NULL,
    "personId" UUID NOT NULL,
    "mutedId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mute_pkey" PRIMARY KEY ("personId","mutedId")
);

-- CreateTable
CREATE TABLE "request_key" (
    "siteId" UUID NOT NULL,
    "actorId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "inputHash" TEXT NOT NULL,
    "result" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "request_key_pkey" PRIMARY KEY ("siteId","actorId","key")
);

-- CreateTable
CREATE TABLE "audit" (
    "id" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "actorId" UUID,
    "action" TEXT NOT NULL,
    "subjectKind" TEXT NOT NULL,
    "subjectId" UUID NOT NULL,
    "articleId" UUID,
    "revision" INTEGER,
    "reason" TEXT,
    "note" TEXT,
    "data" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job" (
    "id" BIGSERIAL NOT NULL,
    "siteId" UUID,
    "kind" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "key" TEXT,
    "runAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "maxTries" INTEGER NOT NULL DEFAULT 8,
    "lockedUntil" TIMESTAMPTZ(3),
    "error" TEXT,
    "deadAt" TIMESTAMPTZ(3),

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_run" (
    "siteId" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "progress" JSONB NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "import_run_pkey" PRIMARY KEY ("siteId","source","file")
);

-- CreateIndex
CREATE UNIQUE INDEX "site_slug_key" ON "site"("slug");

-- CreateIndex
CREATE INDEX "person_siteId_nameFold_idx" ON "person"("siteId", "nameFold");

-- CreateIndex
CREATE UNIQUE INDEX "person_siteId_id_key" ON "person"("siteId", "id");

-- CreateIndex
CREATE INDEX "person_private_siteId_email_idx" ON "person_private"("siteId", "email");

-- CreateIndex
CREATE UNIQUE INDEX "person_private_siteId_personId_key" ON "person_private"("siteId", "personId");

-- CreateIndex
CREATE INDEX "person_identity_personId_idx" ON "person_identity"("personId");

-- CreateIndex
CREATE INDEX "article_siteId_createdAt_id_idx" ON "article"("siteId", "createdAt" DESC, "id");

-- CreateIndex
CREATE UNIQUE INDEX "article_siteId_id_key" ON "article"("siteId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "article_siteId_key_key" ON "article"("siteId", "key");

-- CreateIndex
CREATE UNIQUE INDEX "article_head_siteId_articleId_key" ON "article_head"("siteId", "articleId");

-- CreateIndex
CREATE INDEX "article_url_articleId_idx" ON "article_url"("articleId");

-- CreateIndex
CREATE INDEX "event_at_idx" ON "event" USING BRIN ("at");

-- CreateIndex
CREATE INDEX "comment_authorId_id_idx" ON "comment"("authorId", "id");

-- CreateIndex
CREATE INDEX "comment_articleId_authorId_id_idx" ON "comment"("articleId", "authorId", "id");

-- CreateIndex
CREATE INDEX "comment_threadId_path_idx" ON "comment"("threadId", "path");

-- CreateIndex
CREATE UNIQUE INDEX "comment_source_commentId_key" ON "comment_source"("commentId");

-- CreateIndex
CREATE INDEX "vote_voterId_idx" ON "vote"("voterId");

-- CreateIndex
CREATE INDEX "vote_delta_commentId_idx" ON "vote_delta"("commentId");

-- CreateIndex
CREATE UNIQUE INDEX "report_commentId_reporterId_key" ON "report"("commentId", "reporterId");

-- CreateIndex
CREATE INDEX "request_key_at_idx" ON "request_key" USING BRIN ("at");

-- CreateIndex
CREATE INDEX "audit_siteId_id_idx" ON "audit"("siteId", "id");

-- CreateIndex
CREATE INDEX "audit_subjectId_id_idx" ON "audit"("subjectId", "id");

-- AddForeignKey
ALTER TABLE "person" ADD CONSTRAINT "person_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "person_private" ADD CONSTRAINT "person_private_siteId_personId_fkey" FOREIGN KEY ("siteId", "personId") REFERENCES "person"("siteId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "person_identity" ADD CONSTRAINT "person_identity_siteId_personId_fkey" FOREIGN KEY ("siteId", "personId") REFERENCES "person"("siteId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "article" ADD CONSTRAINT "article_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "article_head" ADD CONSTRAINT "article_head_siteId_articleId_fkey" FOREIGN KEY ("siteId", "articleId") REFERENCES "article"("siteId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "article_url" ADD CONSTRAINT "article_url_siteId_articleId_fkey" FOREIGN KEY ("siteId", "articleId") REFERENCES "article"("siteId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment" ADD CONSTRAINT "comment_siteId_articleId_fkey" FOREIGN KEY ("siteId", "articleId") REFERENCES "article"("siteId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment" ADD CONSTRAINT "comment_siteId_authorId_fkey" FOREIGN KEY ("siteId", "authorId") REFERENCES "person"("siteId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment" ADD CONSTRAINT "comment_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "comment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment_text" ADD CONSTRAINT "comment_text_commentId_fkey" FOREIGN KEY ("commentId") REFERENCES "comment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment_revision" ADD CONSTRAINT "comment_revision_commentId_fkey" FOREIGN KEY ("commentId") REFERENCES "comment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment_source" ADD CONSTRAINT "comment_source_commentId_fkey" FOREIGN KEY ("commentId") REFERENCES "comment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vote" ADD CONSTRAINT "vote_siteId_voterId_fkey" FOREIGN KEY ("siteId", "voterId") REFERENCES "person"("siteId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "report" ADD CONSTRAINT "report_commentId_fkey" FOREIGN KEY ("commentId") REFERENCES "comment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "report" ADD CONSTRAINT "report_siteId_reporterId_fkey" FOREIGN KEY ("siteId", "reporterId") REFERENCES "person"("siteId", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mute" ADD CONSTRAINT "mute_siteId_personId_fkey" FOREIGN KEY ("siteId", "personId") REFERENCES "person"("siteId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mute" ADD CONSTRAINT "mute_siteId_mutedId_fkey" FOREIGN KEY ("siteId", "mutedId") REFERENCES "person"("siteId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit" ADD CONSTRAINT "audit_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma cannot say.

ALTER TABLE "person"
  ADD CONSTRAINT person_kind CHECK ("kind" IN ('GUEST', 'MEMBER')),
  ADD CONSTRAINT person_role CHECK ("role" IN ('READER', 'MODERATOR', 'ADMIN')),
  ADD CONSTRAINT person_standing CHECK ("standing" IN ('GOOD', 'TRUSTED', 'WARNED', 'HELD', 'SHADOWED', 'SUSPENDED', 'BANNED', 'ERASED'));
ALTER TABLE "article_head" ADD CONSTRAINT article_head_state CHECK ("state" IN ('OPEN', 'CLOSED', 'HIDDEN'));
ALTER TABLE "comment"
  ADD CONSTRAINT comment_status CHECK ("status" IN ('PENDING', 'APPROVED', 'REJECTED', 'SPAM', 'SHADOWED', 'DELETED', 'ERASED')),
  ADD CONSTRAINT comment_list CHECK ("listId" = coalesce("parentId", "articleId")),
  ADD CONSTRAINT comment_path CHECK (cardinality("path") = "depth" + 1);
ALTER TABLE "comment_revision" ADD CONSTRAINT comment_revision_state CHECK ("state" IN ('PAST', 'PENDING', 'REFUSED'));
ALTER TABLE "vote" ADD CONSTRAINT vote_value CHECK ("value" IN (-1, 1));

-- One index an order, for threads and replies alike: "listId" is the parent's id, or the article's.
CREATE INDEX comment_oldest ON "comment" ("listId", "notPinned", "id") WHERE "listed";
CREATE INDEX comment_newest ON "comment" ("listId", "notPinned", "newness", "id") WHERE "listed";
CREATE INDEX comment_most_voted ON "comment" ("listId", "notPinned", (-"score"), "id") WHERE "listed";
CREATE INDEX comment_best ON "comment" ("listId", "notPinned", (-"best"), "id") WHERE "listed";
CREATE INDEX comment_controversial ON "comment" ("listId", "notPinned", (-"controversial"), "id") WHERE "listed";
CREATE INDEX comment_most_replied ON "comment" ("listId", "notPinned", (-"replyCount"), "id") WHERE "listed";
-- What waits for a moderator, oldest first.
CREATE INDEX comment_pending ON "comment" ("siteId", "id") WHERE "status" = 'PENDING';
CREATE INDEX comment_revision_pending ON "comment_revision" ("siteId", "commentId") WHERE "state" = 'PENDING';
-- A subscriber who comes back learns the scores that were counted since.
CREATE INDEX comment_votes_seq ON "comment" ("articleId", "votesSeq") WHERE "votesSeq" > 0;

CREATE UNIQUE INDEX job_key ON "job" ("kind", "key") WHERE "key" IS NOT NULL AND "deadAt" IS NULL;
CREATE INDEX job_due ON "job" ("runAt", "id") WHERE "deadAt" IS NULL;

-- Updated with every comment: room on the page keeps the new version beside the old one.
ALTER TABLE "article_head" SET (fillfactor = 50);
ALTER TABLE "comment" SET (fillfactor = 90);

-- Sets, changes or (with 0) withdraws one person's vote and notes the difference for the next fold. True where something changed.
CREATE FUNCTION cast_vote(comment uuid, voter uuid, site uuid, wanted integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  had integer;
BEGIN
  LOOP
    SELECT "value" INTO had FROM "vote" WHERE "commentId" = comment AND "voterId" = voter FOR UPDATE;
    IF NOT FOUND THEN
      had := 0;
      EXIT WHEN wanted = 0;
      INSERT INTO "vote" ("commentId", "voterId", "siteId", "value") VALUES (comment, voter, site, wanted) ON CONFLICT DO NOTHING;
      EXIT WHEN FOUND;
    ELSE
      EXIT WHEN wanted = had;
      IF wanted = 0 THEN
        DELETE FROM "vote" WHERE "commentId" = comment AND "voterId" = voter;
      ELSE
        UPDATE "vote" SET "value" = wanted, "at" = now() WHERE "commentId" = comment AND "voterId" = voter;
      END IF;
      EXIT;
    END IF;
  END LOOP;
  IF wanted = had THEN
    RETURN false;
  END IF;
  INSERT INTO "vote_delta" ("commentId", "up", "down")
    VALUES (comment, (wanted = 1)::integer - (had = 1)::integer, (wanted = -1)::integer - (had = -1)::integer);
  RETURN true;
END
$$;

-- The audit log can be added to and read, nothing else.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only';
END
$$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO "installation" ("id") VALUES (gen_random_uuid());
