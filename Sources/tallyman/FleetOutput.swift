import Foundation
import Reports
import Store

/// Prints runs and their images.
enum FleetOutput {
    private static let noAdvisories =
        "none: no vulnerability can be reported; tallyman advisories sync --fleet brings them"

    static func print(_ summary: RunSummary, _ status: RunStatus, as format: FleetCommand.Format) throws {
        guard format == .table else {
            ConsoleOutput.text(String(decoding: try ReportJSON.encode(summary), as: UTF8.self))
            return
        }
        var table = TextTable([.init("RUN \(summary.run)"), .init(summary.state)])
        let images = summary.images
        table.append([
            "images",
            "\(images.found) found: \(images.analysed) analysed, \(images.reused) reused, \(images.unsupported) unsupported, \(images.failed) failed, \(images.gone) gone",
        ])
        if status.pending > 0 {
            // The outcome of an image comes with the plan of its run.
            let folded = status.folded > 0 ? " (\(status.folded) folded already)" : ""
            table.append(["waiting", "\(status.pending) images\(folded), \(status.layersActive) layers in work"])
        }
        if let progress = summary.progress {
            table.append(["left", "\(left(progress))"])
            table.append(["ends in", "\(progress.eta ?? "unknown: too little has ended yet to tell")"])
        }
        let layers = summary.layers
        table.append([
            "layers",
            "\(layers.distinct) distinct: \(layers.analysed) analysed, \(layers.reused) reused, \(layers.failed) failed",
        ])
        table.append([
            "bytes", "\(Figures.bytes(summary.bytes.fetched)) fetched, \(Figures.bytes(summary.bytes.avoided)) avoided",
        ])
        table.append(["time", "\(String(format: "%.1f", summary.seconds)) s"])
        let builds = summary.advisories.map { "\($0.provider) (\($0.records))" }.joined(separator: ", ")
        // Which they are is noted when the run is over.
        if status.run.state.isFinished {
            table.append(["advisories", builds.isEmpty ? "\(noAdvisories)" : "\(builds)"])
        }
        if !summary.reason.isEmpty { table.append(["reason", "\(summary.reason)"]) }
        ConsoleOutput.text(table.render(ConsoleOutput.appearance))
    }

    private static func left(_ progress: RunProgress) -> String {
        let layers = progress.layers.perSecond.map { String(format: " at %.1f/s", $0) } ?? ""
        let bytes = progress.bytes.perSecond.map { " at \(Figures.bytes(Int64($0)))/s" } ?? ""
        return "\(progress.images.left) images, \(progress.layers.left) layers\(layers), "
            + "\(Figures.bytes(Int64(progress.bytes.left)))\(bytes)"
    }

    static func print(_ images: [RunImage], as format: FleetCommand.Format) throws {
        guard format == .table else {
            ConsoleOutput.text(String(decoding: try ReportJSON.encode(images), as: UTF8.self))
            return
        }
        var table = TextTable([.init("IMAGE"), .init("STATE"), .init("REASON")])
        for image in images { table.append(["\(image.image)", "\(image.state)", "\(image.reason)"]) }
        ConsoleOutput.text(table.render(ConsoleOutput.appearance))
    }
}
