-- Findings that somebody decided to leave, each with its scope: a flaw, perhaps a package, perhaps images.
CREATE TABLE exceptions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vulnerability text NOT NULL,
    package text,
    images text[] NOT NULL,
    reason text NOT NULL,
    justification text,
    author text,
    -- YYYY-MM-DD, the last day on which it counts.
    expires text,
    source text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX exceptions_scope ON exceptions (vulnerability, coalesce(package, ''), images);

-- VEX documents of the fleet. Of two statements at one time the one of the document that came later counts.
CREATE TABLE vex_documents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    format text NOT NULL,
    author text NOT NULL,
    statements integer NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE vex_statements (
    document_id bigint NOT NULL REFERENCES vex_documents ON DELETE CASCADE,
    position integer NOT NULL,
    names text[] NOT NULL,
    payload text NOT NULL,
    PRIMARY KEY (document_id, position)
);
