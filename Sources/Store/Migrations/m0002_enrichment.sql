-- What publishers of ratings say about CVEs as such, joined to matches by the CVE.
CREATE TABLE advisory_enrichment (
    cve text NOT NULL,
    provider text NOT NULL,
    modified text NOT NULL,
    payload text NOT NULL,
    PRIMARY KEY (cve, provider)
);
CREATE INDEX advisory_enrichment_provider ON advisory_enrichment (provider);

-- Until when, and how far, distributions answer for releases and packages.
CREATE TABLE advisory_support (
    ecosystem text NOT NULL,
    provider text NOT NULL,
    payload text NOT NULL
);
CREATE INDEX advisory_support_ecosystem ON advisory_support (ecosystem);
