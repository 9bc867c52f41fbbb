-- How the file stands to MongoDB, which was five entries, is one.
INSERT INTO meta (key, value)
SELECT 'replica', json_object(
    'database', max(value) FILTER (WHERE key = 'replica_database'),
    'position', json_object(
        'term', coalesce(max(value) FILTER (WHERE key = 'replica_term'), 0),
        'round', coalesce(max(value) FILTER (WHERE key = 'replica_round'), 0)
    ),
    'is_stale', json(iif(max(value) FILTER (WHERE key = 'replica_stale'), 'true', 'false')),
    'had_standby', json(iif(max(value) FILTER (WHERE key = 'replica_standby'), 'true', 'false'))
) FROM meta WHERE key LIKE 'replica\_%' ESCAPE '\' HAVING count(*) > 0;
DELETE FROM meta WHERE key LIKE 'replica\_%' ESCAPE '\';
