package import Store

/// Whether a run may call itself done.
package struct RunVerdict: Sendable {
    package let state: Run.State
    package let reason: String?

    /// A run that could not list one of its targets, found nothing, or covered nothing of what it found is failed.
    package init(status: RunStatus, targets: [String], problems: [(target: String, reason: String)]) {
        let covered = (status.byState["analysed"] ?? 0) + (status.byState["reused"] ?? 0)
        let unlisted = problems.filter { targets.contains($0.target) }
        if let first = unlisted.first {
            state = .failed
            let others = unlisted.count > 1 ? " (and \(unlisted.count - 1) more targets)" : ""
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
            let parts = [
                (problems.count - gaps, "repositories could not be listed"), (gaps, "lists have gaps"),
            ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            reason = parts.isEmpty ? nil : parts.joined(separator: ", ")
        }
    }
}
