-- What a program with the migrations 1 to 15 wrote: servers 100 and 200 with a channel, 300 that removed the bot.
INSERT INTO guilds (guild_id, channel_id, auto_redeem, digest_due, mention_role, paused, resume_at, removed_at, version) VALUES
    (100, 11, 1, 0, 21, NULL, NULL, NULL, 117309440000000001),
    (200, 12, 0, 0, NULL, NULL, NULL, NULL, 117309440000000002),
    (300, 13, 1, 0, 23, 'removed', NULL, 1790000000000, 117309440000000003);
INSERT INTO players (player_id, nickname, state, furnace_level, profile_at, version) VALUES
    (1, 'Frost "Lord" ❄', 245, 30, 1789990000000, 117309440000000004),
    (2, 'Ice', 245, NULL, NULL, 117309440000000005),
    (3, '', NULL, NULL, NULL, 117309440000000006);
INSERT INTO codes (code_key, code, generation, rewards, expires_at, source, first_seen_at, listed, good_at, version) VALUES
    ('GOGOWOS', 'gogoWOS', 1, '1000 gems', NULL, 'wosgiftcodes.com', 1789990000000, 1, 1789990001000, 117309440000000007),
    ('WOS1105', 'WOS1105', 1, NULL, NULL, 'wosgiftcodes.com', 1789999000000, 1, NULL, 117309440000000008);
INSERT INTO rosters (guild_id, player_id, added_at, version, deleted) VALUES
    (100, 1, 1789980000000, 117309440000000009, 0),
    (100, 2, 1789980000000, 117309440000000010, 0),
    (100, 3, 1789980000000, 117309440000000011, 1),
    (200, 2, 1789980000000, 117309440000000012, 0),
    (200, 3, 1789980000000, 117309440000000013, 0);
INSERT INTO posts (guild_id, code_key, generation, nonce, kind, position, total, planned_at, attempts, attempted_at,
                   next_attempt_at, message_id, posted_at, channel_id, corrected, shown, version) VALUES
    (100, 'GOGOWOS', 1, 'n1', 'new', 0, 1, 1789990000000, 1, 1789990000500, 1789990000000, 31, 1789990001000, 11, 0, 'good', 117309440000000014),
    (200, 'GOGOWOS', 1, 'n2', 'new', 0, 1, 1789990000000, 1, 1789990000500, 1789990000000, 32, 1789990001000, 12, 0, 'good', 117309440000000015),
    (100, 'WOS1105', 1, 'n3', 'new', 0, 1, 1789999000000, 0, NULL, 1789999000000, NULL, NULL, NULL, 0, NULL, 117309440000000016);
INSERT INTO redemptions (player_id, code_key, generation, outcome, status, claim, calls, unknown, temporary, next_attempt_at,
                         created_at, finished_at, round, version) VALUES
    (1, 'GOGOWOS', 1, 'granted', 'SUCCESS', 1, 1, 0, 0, 1789990002000, 1789990002000, 1789990003000, 0, 117309440000000017),
    (2, 'GOGOWOS', 1, 'already', 'RECEIVED', 1, 1, 0, 0, 1789990002000, 1789990002000, 1789990004000, 0, 117309440000000018);
INSERT INTO runs (guild_id, code_key, generation, started_at, finished_at, nonce, channel_id, attempted_at, message_id, summarised,
                  version) VALUES
    (100, 'GOGOWOS', 1, 1789990002000, 1789990004000, 'r1', 11, 1789990002500, 41, 1, 117309440000000019);
INSERT INTO links (user_id, player_id, linked_at, version) VALUES (51, 1, 1789985000000, 117309440000000020);
INSERT INTO guild_codes (guild_id, code_key, wanted, added_at, version) VALUES
    (200, 'WOS1105', 0, 1789999500000, 117309440000000021);
INSERT INTO listings (code_key, source, code, standing, since, active_since, first_seen_at, last_seen_at, version) VALUES
    ('GOGOWOS', 'wosgiftcodes.com', 'gogoWOS', 'active', 1789990000000, 1789990000000, 1789990000000, 1790000000000, 117309440000000022),
    ('WOS1105', 'wosgiftcodes.com', 'WOS1105', 'active', 1789999000000, 1789999000000, 1789999000000, 1790000000000, 117309440000000023);
INSERT INTO tallies (code_key, generation, guild_id, granted, already, failed, gave_up, counted_at, version) VALUES
    ('LONGOVER', 1, 0, 5, 4, 3, 2, 1789000000000, 117309440000000024);
