-- The only way for a writer to change the log. One call is one group of commands: each has its own
-- idempotency answer and version check, and a failing one takes no other with it.
--
-- Commands i = 1..n: command_ids[i], request_hashes[i] (null: stored without a key),
-- given_recorded[i] (simulated ledgers; null if not given), default_recorded[i]. Events j = 1..m, in the order of their commands:
-- event_commands[j] is the i, event_streams[j] indexes stream_names. Reads k = 1..r, in the same
-- order: command read_commands[k] was decided from a stream to which it adds nothing, at a version
-- (0: there was none); it is in conflict if that stream has moved, within the group too. So is a
-- command behind one that is not accepted, in a stream to which that one would have added: it was
-- decided from what is not stored.
--
-- In the stream `period` a PeriodClosing closes all days through its own for the events of later
-- commands, of the group too, and a PeriodReopened opens its own day and all behind it.
--
-- Answers, three texts for each command in their order: accepted | repeated | other_content |
-- conflict | recorded_earlier, the first position, the moment (null where there is none).
CREATE OR REPLACE FUNCTION acquit_append(
    command_ids text[],
    request_hashes bytea[],
    given_recorded bigint[],
    default_recorded bigint[],
    stream_names text[],
    event_commands integer[],
    event_streams integer[],
    event_versions integer[],
    event_types text[],
    event_schema_versions integer[],
    event_effective date[],
    event_actors text[],
    event_payloads bytea[],
    read_commands integer[],
    read_streams integer[],
    read_versions integer[]
) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    head ledger_head%ROWTYPE;
    command_count integer := cardinality(command_ids);
    event_count integer := cardinality(event_commands);
    read_count integer := cardinality(read_commands);
    known smallint[];  -- 0: stored without a key, 1: new, 2: the same was accepted, 3: other content
    heads integer[];
    unknown CONSTANT integer := 2147483646;  -- The head of a stream that no version follows.
    firsts bigint[] := array_fill(NULL::bigint, ARRAY[command_count]);
    moments bigint[] := array_fill(NULL::bigint, ARRAY[command_count]);
    opens date[] := array_fill(NULL::date, ARRAY[command_count]);  -- The first open day for each.
    period_stream integer := array_position(stream_names, 'period');  -- Null nearly always.
    answers text[] := array_fill(NULL::text, ARRAY[3 * command_count]);
    j integer := 1;
    k integer := 1;
    s integer;
    first_event integer;
    answer text;
    moment bigint;
    last_position bigint;
BEGIN
    -- Who lost to others again and again decides and appends behind this lock, while all others wait.
    PERFORM pg_advisory_xact_lock(6513249130164583796);
    SELECT * INTO STRICT head FROM ledger_head WHERE id = 1 FOR UPDATE;
    last_position := head.position;

    SELECT ARRAY(SELECT coalesce(
                     (SELECT CASE WHEN c.request_hash = g.hash THEN 2 ELSE 3 END
                      FROM command_keys c WHERE c.command_id = g.id AND g.hash IS NOT NULL),
                     CASE WHEN g.hash IS NULL THEN 0 ELSE 1 END)::smallint
                 FROM unnest(command_ids, request_hashes) AS g(id, hash)),
           ARRAY(SELECT coalesce((SELECT max(e.version) FROM events e
                                  WHERE e.stream = n.name COLLATE "C"), -1)
                 FROM unnest(stream_names) AS n(name))
        INTO known, heads;

    FOR i IN 1..command_count LOOP
        first_event := j;
        answer := CASE known[i] WHEN 2 THEN 'repeated' WHEN 3 THEN 'other_content'
            ELSE 'accepted' END;
        WHILE k <= read_count AND read_commands[k] = i LOOP
            IF answer = 'accepted' AND greatest(heads[read_streams[k]], 0) <> read_versions[k] THEN
                answer := 'conflict';
            END IF;
            k := k + 1;
        END LOOP;
        WHILE j <= event_count AND event_commands[j] = i LOOP
            IF answer = 'accepted' THEN
                s := event_streams[j];
                IF event_versions[j] = heads[s] + 1 OR (heads[s] = -1 AND event_versions[j] = 1) THEN
                    heads[s] := event_versions[j];
                ELSE
                    answer := 'conflict';
                END IF;
            END IF;
            j := j + 1;
        END LOOP;
        IF answer = 'accepted' AND (j > first_event OR known[i] = 1) THEN
            IF NOT head.simulated THEN
                moment := greatest(
                    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
                    head.recorded_at + 1);
            ELSE
                moment := coalesce(
                    given_recorded[i], greatest(head.recorded_at + 1, default_recorded[i]));
                IF moment < head.recorded_at THEN
                    answer := 'recorded_earlier';
                END IF;
            END IF;
            IF answer = 'accepted' THEN
                head.recorded_at := moment;
                moments[i] := moment;
                opens[i] := head.open_from;
                answers[3 * i] := moment;
                IF j > first_event THEN
                    firsts[i] := last_position + 1;
                    answers[3 * i - 1] := last_position + 1;
                    last_position := last_position + (j - first_event);
                END IF;
                IF period_stream IS NOT NULL THEN
                    FOR x IN first_event..j - 1 LOOP
                        IF event_streams[x] = period_stream THEN
                            head.open_from := CASE event_types[x]
                                WHEN 'PeriodClosing' THEN event_effective[x] + 1
                                WHEN 'PeriodReopened' THEN event_effective[x]
                                ELSE head.open_from END;
                        END IF;
                    END LOOP;
                END IF;
            END IF;
        END IF;
        IF answer <> 'accepted' THEN
            FOR x IN first_event..j - 1 LOOP
                heads[event_streams[x]] := unknown;
            END LOOP;
        END IF;
        answers[3 * i - 2] := answer;
    END LOOP;

    WITH keys AS (
        INSERT INTO command_keys (command_id, request_hash, first_position)
            SELECT g.id, g.hash, firsts[g.n]
            FROM unnest(command_ids, request_hashes) WITH ORDINALITY AS g(id, hash, n)
            WHERE g.hash IS NOT NULL AND moments[g.n] IS NOT NULL
            ORDER BY g.id COLLATE "C"
    )
    INSERT INTO events (position, stream, version, type, schema_version, effective_on, posted_on,
                        recorded_at, actor, command_id, payload, leaf)
        SELECT s.position, s.stream, s.version, s.type, s.schema_version, s.effective_on,
               s.posted_on, s.recorded_at, s.actor, s.command_id, s.payload,
               sha256('\x00'::bytea
                   || int4send(8) || 'acquit-1'::bytea
                   || int4send(octet_length(head.ledger_id)) || convert_to(head.ledger_id, 'UTF8')
                   || int4send(octet_length(s.stream)) || convert_to(s.stream, 'UTF8')
                   || int4send(octet_length(s.type)) || convert_to(s.type, 'UTF8')
                   || int4send(octet_length(s.actor)) || convert_to(s.actor, 'UTF8')
                   || int4send(octet_length(s.command_id)) || convert_to(s.command_id, 'UTF8')
                   || int4send(s.version) || int4send(s.schema_version)
                   || int4send(s.effective_on - DATE '1970-01-01')
                   || int4send(octet_length(s.payload)) || s.payload
                   || int4send(s.posted_on - DATE '1970-01-01')
                   || int8send(s.recorded_at))
        FROM (
            SELECT head.position + row_number() OVER (ORDER BY u.n) AS position,
                   stream_names[u.stream] AS stream, u.version, u.type, u.schema_version,
                   d.effective_on, greatest(d.effective_on, opens[u.command]) AS posted_on,
                   moments[u.command] AS recorded_at, u.actor,
                   command_ids[u.command] AS command_id, u.payload
            FROM unnest(event_commands, event_streams, event_versions, event_types,
                        event_schema_versions, event_effective, event_actors, event_payloads)
                WITH ORDINALITY AS u(command, stream, version, type, schema_version, effective,
                                     actor, payload, n),
                LATERAL (SELECT coalesce(u.effective,
                    (timestamp 'epoch' + moments[u.command] * interval '1 microsecond')::date
                ) AS effective_on) AS d
            WHERE moments[u.command] IS NOT NULL
        ) AS s;

    UPDATE ledger_head
        SET position = last_position, recorded_at = head.recorded_at, open_from = head.open_from
        WHERE id = 1;
    RETURN answers;
END
$$;
