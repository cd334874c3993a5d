package import Reports

/// Images under a profile, control by control.
package struct ComplianceReport: Sendable, Encodable {
    package struct Profile: Sendable, Encodable {
        package let name: String
        package let title: String
        package let source: String
    }

    /// One control over all images.
    package struct ControlTotal: Sendable, Encodable {
        package let id: String
        package let title: String
        package let pass: Int
        package let fail: Int
        package let notCollected: Int
        /// Whether an image says nothing about it.
        package let isVisible: Bool
        package let unseen: String?
    }

    package let profile: Profile
    package let totals: [ControlTotal]
    /// By name.
    package let images: [ImageCompliance]
    /// Names of images of which nothing can be said before they are scanned again.
    package let unjudged: [String]

    package init(_ profile: ComplianceProfile, images: [ImageCompliance], unjudged: [String] = []) {
        self.unjudged = unjudged.sorted()
        self.profile = Profile(name: profile.name, title: profile.title, source: profile.source)
        let images = images.sorted { ($0.image, $0.digest ?? "") < ($1.image, $1.digest ?? "") }
        self.images = images
        totals = profile.controls.enumerated().map { number, control in
            let states = images.map { $0.controls[number].state }
            return ControlTotal(
                id: control.id,
                title: control.title,
                pass: states.count { $0 == .pass },
                fail: states.count { $0 == .fail },
                notCollected: states.count { $0 == .notCollected },
                isVisible: !control.rules.isEmpty,
                unseen: control.unseen
            )
        }
    }

    /// Whether all images could be judged, and the profile's bundle lets them pass.
    package var passes: Bool { unjudged.isEmpty && images.allSatisfy(\.passes) }
}

extension ComplianceReport: QueryDocument {
    package func inReportOrder() -> ComplianceReport { self }

    /// Of one image its controls with their evidence; of several the counts, then what fails in each.
    package func text(_ appearance: TextAppearance) -> String {
        guard !unjudged.isEmpty else { return judged(appearance) }
        let named = unjudged.prefix(Self.shownEvidence).joined(separator: ", ")
        let more = unjudged.count - Self.shownEvidence
        return judged(appearance)
            + "\n\(Figures.plural(unjudged.count, "image")) could not be judged, scan again: \(named)"
            + (more > 0 ? " and \(Figures.count(more)) more\n" : "\n")
    }

    private func judged(_ appearance: TextAppearance) -> String {
        let head = "\(profile.title): \(Figures.plural(images.count, "image"))\n\n"
        guard images.count != 1 else { return head + images.map { detail(of: $0, appearance) }.joined() }
        var table = TextTable([
            .init("CONTROL"), .init("PASS", .right), .init("FAIL", .right), .init("NOT COLLECTED", .right),
            .init("TITLE", shrinks: true),
        ])
        for total in totals {
            guard total.isVisible else {
                table.append([.init(total.id), "-", "-", "-", .init("\(total.title) (not visible in an image)")])
                continue
            }
            table.append([
                .init(total.id), .init(total.pass),
                .init(Figures.count(total.fail), style: total.fail > 0 ? .bad : .plain),
                .init(total.notCollected), .init(total.title),
            ])
        }
        var out = head + table.render(appearance)
        let failing = images.filter { $0.controls.contains { $0.state == .fail } }
        guard !failing.isEmpty else { return out }
        var list = TextTable([.init("IMAGE", shrinks: true), .init("CONTROLS THAT FAIL", shrinks: true)])
        for image in failing {
            let ids = image.controls.filter { $0.state == .fail }.map(\.id).joined(separator: ", ")
            list.append([.init(image.image), .init(ids)])
        }
        out += "\n" + list.render(appearance)
        return out
    }

    /// Lines of evidence under one control in the table, and images that were not judged; the other formats have all.
    private static let shownEvidence = 3

    private func detail(of image: ImageCompliance, _ appearance: TextAppearance) -> String {
        var table = TextTable([.init("CONTROL"), .init("STATE"), .init("TITLE AND EVIDENCE", shrinks: true)])
        for control in image.controls {
            let style: TextStyle =
                switch control.state {
                case .pass: .good
                case .fail: .bad
                case .notCollected, .notVisible: .faint
                }
            table.append([.init(control.id), .init(control.state.rawValue, style: style), .init(control.title)])
            for line in control.evidence.prefix(Self.shownEvidence) { table.append(["", "", .init("  \(line)")]) }
            let more = control.evidence.count - Self.shownEvidence
            if more > 0 { table.append(["", "", .init("  and \(Figures.count(more)) more")]) }
            if control.state == .notVisible, let unseen = control.unseen {
                table.append(["", "", .init("  \(unseen)", style: .faint)])
            }
        }
        return table.render(appearance)
    }

    /// A line for each image and control, and one for each image that could not be judged.
    package func csv() -> [UInt8] {
        var writer = CSVWriter(columns: ["image", "digest", "control", "title", "state", "evidence", "not_seen"])
        for image in images {
            for control in image.controls {
                writer.append([
                    image.image, image.digest ?? "", control.id, control.title, control.state.rawValue,
                    control.evidence.joined(separator: "\n"), control.unseen ?? "",
                ])
            }
        }
        for image in unjudged { writer.append([image, "", "", "", "not-judged", "", "scan it again"]) }
        return writer.take()
    }

    /// A page without anything from elsewhere.
    package func html() -> [UInt8] {
        func cell(_ text: String) -> String { "<td>\(HTML.escape(text))</td>" }
        var out = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(HTML.escape(profile.title))</title><style>
            body{font:15px/1.5 system-ui,sans-serif;max-width:1280px;margin:0 auto;padding:24px}
            table{border-collapse:collapse;width:100%;margin:12px 0 28px}
            th,td{text-align:left;vertical-align:top;padding:5px 10px;border-bottom:1px solid #dfe3ea}
            .fail{color:#b3261e;font-weight:600}.pass{color:#1f7a4d}.not-collected,.not-visible,small{color:#5b6678}
            </style></head><body><h1>\(HTML.escape(profile.title))</h1><p>\(HTML.escape(profile.source))</p>
            <h2>Controls</h2><table><thead><tr><th>Control</th><th>Title</th><th>Pass</th><th>Fail</th>
            <th>Not collected</th><th>Not seen in an image</th></tr></thead><tbody>

            """
        for total in totals {
            let counts =
                total.isVisible ? [total.pass, total.fail, total.notCollected].map(Figures.count) : ["-", "-", "-"]
            let cells = ([total.id, total.title] + counts + [total.unseen ?? ""]).map(cell).joined()
            out += "<tr>\(cells)</tr>\n"
        }
        out += "</tbody></table>\n"
        if !unjudged.isEmpty {
            out += "<h2>Not judged, scan again</h2><p>\(HTML.escape(unjudged.joined(separator: ", ")))</p>\n"
        }
        for image in images {
            out += "<h2>\(HTML.escape(image.image))</h2><p><small>\(HTML.escape(image.digest ?? ""))</small></p>\n"
            out += "<table><thead><tr><th>Control</th><th>State</th><th>Title and evidence</th></tr></thead><tbody>\n"
            for control in image.controls where control.state != .notVisible {
                let lines = control.evidence.map { "<br><small>\(HTML.escape($0))</small>" }.joined()
                let state = control.state.rawValue
                out += "<tr>\(cell(control.id))<td class=\"\(state)\">\(state)</td>"
                out += "<td>\(HTML.escape(control.title))\(lines)</td></tr>\n"
            }
            out += "</tbody></table>\n"
        }
        return Array((out + "</body></html>\n").utf8)
    }
}
