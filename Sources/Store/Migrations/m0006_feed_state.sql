-- What imports remember: what each file was read as, and which feeds could not be renewed since when.
CREATE TABLE advisory_inputs (
    name text PRIMARY KEY,
    receipt text NOT NULL
);

CREATE TABLE advisory_problems (
    subject text PRIMARY KEY,
    reason text NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);

-- The provider's last import as JSON; without one the feeds are read again.
ALTER TABLE advisory_providers ADD COLUMN summary text;

-- Whose the scores and entries are, so that those which a newer feed leaves out can go.
ALTER TABLE advisory_epss ADD COLUMN provider text NOT NULL DEFAULT 'epss';
ALTER TABLE advisory_kev ADD COLUMN provider text NOT NULL DEFAULT 'kev';
