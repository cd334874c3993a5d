"""What a run must have come to, whatever happened to it."""

# Each row of an answer is something that is wrong.
LOST = {
    "images without an inventory": """
        SELECT run_images.tag FROM run_images LEFT JOIN image_inventories USING (manifest_id)
        WHERE run_id = {run} AND (state <> 'analysed' OR image_inventories.manifest_id IS NULL)""",
    "layers without a report": """
        SELECT layers.digest FROM layers LEFT JOIN layer_reports ON layer_id = layers.id
        WHERE layer_reports.layer_id IS NULL OR layers.diff_id IS NULL""",
    "tasks that were set aside": "SELECT id FROM tasks WHERE state = 'dead'",
    "what could not be listed": "SELECT target FROM run_problems WHERE run_id = {run}",
}
DOUBLED = {
    "results that were accepted twice":
        "SELECT subject FROM chaos_merges GROUP BY what, subject HAVING count(*) > 1",
    "current tags that stand twice":
        "SELECT name FROM tags WHERE valid_until IS NULL GROUP BY repository_id, name HAVING count(*) > 1",
    "open matches that stand twice": """
        SELECT package_id FROM package_vulnerabilities WHERE found_until IS NULL
        GROUP BY package_id, vulnerability_id HAVING count(*) > 1""",
}
STUCK = {
    "tasks that wait or are held": "SELECT id FROM tasks WHERE state IN ('queued', 'leased')",
    "images that are pending": "SELECT tag FROM run_images WHERE state = 'pending'",
    "runs that are open": "SELECT id FROM runs WHERE state NOT IN ('done', 'failed')",
}
WORK = "SELECT count(*), coalesce(sum(attempt), 0), coalesce(sum(crashes), 0), coalesce(sum(failures), 0) FROM tasks"


def count(postgres, questions, run):
    """How many rows are wrong, and in what respect."""
    found = {what: len(postgres.sql(sql.format(run=run)).split()) for what, sql in questions.items()}
    return sum(found.values()), {what: number for what, number in found.items() if number}


def judge(stage, run, quiet):
    """The verdict on a finished run; `quiet` is the report of a run without faults."""
    problems = {}
    verdict = {}
    for name, questions in (("lost", LOST), ("doubled", DOUBLED), ("stuck", STUCK)):
        verdict[name], details = count(stage.postgres, questions, run)
        problems.update(details)
    missing = stage.fleet.images - int(stage.postgres.sql(f"SELECT count(*) FROM run_images WHERE run_id = {run}"))
    missing += len(stage.fleet.layers) - int(stage.postgres.sql("SELECT count(*) FROM layers"))
    if missing:
        verdict["lost"] += abs(missing)
        problems["images or layers that the run does not know"] = missing
    left = stage.bytes_left_in_scratch()
    if left:
        verdict["stuck"] += 1
        problems["bytes that nobody holds any more in the scratch space"] = left
    tasks, attempts, crashes, failures = stage.postgres.sql(WORK).split("|")
    verdict.update(tasks=int(tasks), attempts=int(attempts), losses=int(crashes), failures=int(failures))
    report = stage.report(f"report-{run}")
    verdict["report"] = report
    verdict["differing_files"] = sorted(name for name in report.keys() | (quiet or report).keys()
                                        if report.get(name) != (quiet or report).get(name))
    verdict["problems"] = problems
    return verdict
