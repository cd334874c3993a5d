import Policy
package import Reports

extension PolicyEntry {
    /// What stops or warns, what was let pass, and what could not be judged, with a summary.
    package func table(_ appearance: TextAppearance = .plain) -> String {
        var parts = [findingTable(appearance), problemTable(appearance)]
        parts.append(summary + "\n")
        return parts.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func findingTable(_ appearance: TextAppearance) -> String {
        var table = TextTable([
            .init("ACTION"), .init("GATE"), .init("TRIGGER"), .init("DETAIL", shrinks: true), .init("WHITELISTED"),
        ])
        for finding in findings {
            let passes = finding.whitelisted != nil
            table.append([
                .init(finding.action.rawValue, style: style(of: finding.action)), .init(finding.gate),
                .init(finding.trigger), .init(ReportText.line(finding.message), style: passes ? .faint : .plain),
                .init(finding.whitelisted.map { ReportText.line($0.name ?? $0.whitelist) } ?? ""),
            ])
        }
        return table.isEmpty ? "" : table.render(appearance)
    }

    private func problemTable(_ appearance: TextAppearance) -> String {
        var table = TextTable([.init("NOT JUDGED"), .init("WHY", shrinks: true)])
        for problem in problems {
            table.append([.init(problem.path, style: .bad), .init(ReportText.line(problem.details))])
        }
        return table.isEmpty ? "" : table.render(appearance)
    }

    private func style(of action: PolicyAction) -> TextStyle {
        switch action {
        case .stop: .bad
        case .warn, .go: .plain
        }
    }

    /// One line: the verdict and what it rests on.
    package var summary: String {
        let counts = [PolicyAction.stop, .warn].compactMap { action -> String? in
            let count = findings.count { $0.action == action }
            return count > 0 ? "\(Figures.count(count)) \(action.rawValue)" : nil
        }
        let passed = findings.count { $0.whitelisted != nil }
        var parts = [
            "policy \(ReportText.line(bundle.name.isEmpty ? bundle.id : bundle.name)): \(status) (\(finalAction.rawValue))"
        ]
        switch finalActionReason {
        case .blacklisted: parts.append("the image is on the deny list")
        case .whitelisted: parts.append("the image is on the allow list; its rules say \(policyAction.rawValue)")
        case .policyEvaluation:
            if mapping == nil { parts.append("no mapping is about \(ReportText.line(tag))") }
        }
        parts += counts
        if passed > 0 { parts.append("\(Figures.count(passed)) whitelisted") }
        if !problems.isEmpty { parts.append("\(Figures.plural(problems.count, "rule")) not judged") }
        return parts.joined(separator: "; ")
    }
}
