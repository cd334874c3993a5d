import Reports
import Store

/// Whether a run may call itself done.
struct RunVerdict: Sendable {
    let state: Run.State
    let reason: String?

    /// A run that could not list one of its targets, found nothing, or covered nothing of what it found is failed.
    init(status: RunStatus, targets: [String], problems: [(target: String, reason: String)]) {
        let covered = status.images(.analysed) + status.images(.reused)
        let unlisted = problems.filter { targets.contains($0.target) }
        if let first = unlisted.first {
            state = .failed
            let others = unlisted.count > 1 ? " (and \(Figures.plural(unlisted.count - 1, "more target")))" : ""
            reason = "\(first.target) could not be listed: \(first.reason)\(others)"
        } else if status.found == 0 {
            state = .failed
            reason =
                problems.first.map { "\($0.target): \($0.reason)" }
                ?? "no image was found in \(targets.joined(separator: ", "))"
        } else if covered == 0 {
            state = .failed
            reason = "none of the \(status.found) images found could be scanned"
        } else {
            state = .done
            let gaps = problems.count { ListGaps.isMeant(by: $0.target) }
            let missed = problems.count - gaps
            var parts: [String] = []
            if missed > 0 {
                parts.append("\(Figures.plural(missed, "repository", "repositories")) could not be listed")
            }
            if gaps > 0 { parts.append(Figures.plural(gaps, "list has gaps", "lists have gaps")) }
            reason = parts.isEmpty ? nil : parts.joined(separator: ", ")
        }
    }
}
