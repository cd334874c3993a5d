-- Package URLs for benchmarks/matching: :count of them, drawn in an order that :seed decides: seven of ten
-- are names that the advisories know, the others are not among them. Versions are those of the advisories' ranges.
WITH known AS (
    SELECT row_number() OVER (ORDER BY ecosystem, package) AS place, ecosystem, package,
        coalesce(max(fixed), max(last_affected), max(introduced), '1.0') AS newest,
        coalesce(min(introduced), min(last_affected), min(fixed), '1.0') AS oldest
    FROM affected
    WHERE package NOT LIKE '% %' AND package NOT LIKE '%\%%' ESCAPE '\' AND ecosystem NOT LIKE '%+%'
        AND ecosystem NOT IN ('cpe', 'dhi')
    GROUP BY ecosystem, package
), drawn AS (
    SELECT *, (place * 2654435761 + :seed * 40503) % 4294967296 AS lot FROM known ORDER BY lot LIMIT :count * 7 / 10
), programs(package, newest) AS (
    -- The busiest names in NVD's dictionary, which has 120,000 of the ranges.
    VALUES ('java', '17.0.1'), ('openssl', '1.1.1k'), ('curl', '7.80.0'), ('httpd', '2.4.50'), ('mysql', '8.0.30'),
        ('php', '8.1.10'), ('python', '3.9.2'), ('node', '16.0.0'), ('postgresql', '13.4'), ('redis', '6.2.5'),
        ('nginx', '1.20.0'), ('wordpress', '6.0'), ('chrome', '100.0.0'), ('bash', '4.3'), ('mariadb', '10.5.1')
), packages AS (
    SELECT 'binary' AS ecosystem, package, newest AS version FROM programs
    UNION ALL SELECT ecosystem, package, CASE WHEN lot % 2 = 0 OR oldest = '0' THEN newest ELSE oldest END FROM drawn
    -- The ecosystems of what was drawn, each with a name that nobody knows.
    UNION ALL SELECT * FROM (SELECT ecosystem, 'absent-' || place, '1.' || place FROM drawn ORDER BY lot LIMIT :count)
), spelled AS (
    SELECT ecosystem, replace(replace(package, '@', '%40'), '+', '%2B') AS name,
        replace(replace(replace(replace(version, '%', '%25'), '+', '%2B'), '/', '%2F'), ' ', '%20') AS version,
        substr(ecosystem, 1, instr(ecosystem || ':', ':') - 1) AS id, substr(ecosystem, instr(ecosystem || ':', ':') + 1) AS release
    FROM packages
)
SELECT CASE
    WHEN id IN ('debian', 'ubuntu') THEN 'pkg:deb/' || id || '/' || name || '@' || version || '?distro=' || id || '-' || release
    WHEN id IN ('alpine', 'wolfi', 'chainguard') THEN
        'pkg:apk/' || id || '/' || name || '@' || version || '?distro=' || id || '-' || coalesce(nullif(release, ''), '1')
    WHEN id IN ('pypi', 'npm', 'maven', 'nuget', 'hex', 'pub', 'bitnami') THEN
        'pkg:' || id || '/' || CASE id WHEN 'maven' THEN replace(name, ':', '/') ELSE name END || '@' || version
    WHEN id = 'rubygems' THEN 'pkg:gem/' || name || '@' || version
    WHEN id = 'go' THEN 'pkg:golang/' || name || '@' || version
    WHEN id = 'crates.io' THEN 'pkg:cargo/' || name || '@' || version
    WHEN id = 'packagist' THEN 'pkg:composer/' || name || '@' || version
    WHEN id = 'binary' THEN 'pkg:generic/' || name || '@' || version
    ELSE 'pkg:rpm/' || id || '/' || name || '@' || version || '?arch=x86_64&distro='
        || CASE id WHEN 'oracle' THEN 'ol' ELSE id END || '-' || coalesce(nullif(release, ''), '1')
    END
FROM spelled LIMIT :count;
