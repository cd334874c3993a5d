import ScanModel

extension RebuildPlan: QueryDocument {
    /// The steps are in the order of the plan already.
    package func inReportOrder() -> RebuildPlan { self }

    package func text(_ appearance: TextAppearance) -> String {
        var facts = FactList()
        facts.append("Images", Figures.count(images))
        facts.append("Findings with a fix", Figures.count(fixable))
        facts.append("Rebuilds", "\(Figures.count(rebuilds)) would clear all of them")
        guard !steps.isEmpty else { return facts.render(appearance) }
        var table = TextTable([
            .init("#", .right), .init("REBUILD", shrinks: true), .init("LAYERS", .right), .init("IMAGES", .right),
            .init("CRITICAL", .right), .init("HIGH", .right), .init("CLEARS", .right), .init("IN ALL", .right),
        ])
        for step in steps {
            table.append([
                .init(step.rank), .init(step.title), .init(step.depth), .init(step.images),
                .init(step.findings.critical), .init(step.findings.high), .init(step.findings.total),
                .init(Figures.percent(step.cumulative, of: fixable)),
            ])
        }
        return facts.render(appearance) + "\n" + table.render(appearance)
    }

    /// A line for each step.
    package func csv() -> [UInt8] {
        var writer = CSVWriter(
            columns: ["rank", "rebuild", "layer", "layers", "images"] + Severity.worstFirst.map(\.rawValue)
                + ["findings", "cumulative"]
        )
        for step in steps {
            writer.append(
                [String(step.rank), step.base, step.layer, String(step.depth), String(step.images)]
                    + Severity.worstFirst.map { String(step.findings[$0]) }
                    + [String(step.findings.total), String(step.cumulative)]
            )
        }
        return writer.take()
    }
}

extension RebuildStep {
    /// The image, or what is known of a base that no image of the fleet is.
    fileprivate var title: String {
        if base.isEmpty { return "a base that was not scanned, up to layer \(shortDigest(layer))" }
        let more = referenceCount - 1
        return more > 0 ? "\(base) and \(Figures.plural(more, "more name"))" : base
    }
}
