import Reports
import SBOM
package import ScanModel

extension ScanDocument {
    /// The packages as test cases of one suite, in the JUnit XML that Jenkins (xunit, `junit-10.xsd`) and GitLab read.
    ///
    /// A package fails with a finding from `threshold` up that is not suppressed; without a threshold with any. What fails
    /// here is what `--fail-on` counts. No time is given: none is asked for, and the bytes would differ from run to run.
    package func junit(failOn threshold: Severity?) -> [UInt8] {
        let cases = JUnitCase.all(of: self, threshold: threshold ?? .unknown)
        let failures = "\(cases.count { $0.isFailure })"
        let skipped = "\(cases.count { $0.isSkipped })"
        let errors = "\(cases.count { $0.isError })"
        var text = XMLText()
        text.element(
            "testsuites",
            ["name": "tallyman", "tests": "\(cases.count)", "failures": failures, "errors": errors]
        ) { text in
            text.element(
                "testsuite",
                [
                    "name": ReportText.line(imageLabel), "tests": "\(cases.count)", "failures": failures,
                    "errors": errors, "skipped": skipped,
                ]
            ) { text in
                text.list("properties", junitProperties) { text, property in
                    text.leaf("property", "", ["name": property.name, "value": property.value])
                }
                for item in cases { item.write(to: &text) }
                text.leaf("system-err", coverageText)
            }
        }
        return text.bytes
    }

    private var junitProperties: [(name: String, value: String)] {
        let pairs: [(String, String?)] = [
            ("source", source), ("image.digest", image.digest?.description),
            ("image.id", image.imageID?.description), ("platform", image.platform), ("distro", distro?.name),
            ("distro.support", distro?.supportStatement), ("tallyman", provenance.version),
        ]
        let advisories = provenance.advisories.map { ("advisories.\($0.provider)", Optional($0.build)) }
        return (pairs + advisories).compactMap { name, value in
            value.map { (name, ReportText.line($0, atMost: 1000)) }
        }
    }

    /// The places that were not looked into, a line each; `nil` where there are none.
    private var coverageText: String? {
        guard !coverage.isEmpty else { return nil }
        let shown = coverage.prefix(1000).map { gap in
            let place = gap.path.isEmpty ? "a layer" : ReportText.line(gap.path)
            return "not looked at: \(place): \(ReportText.line(gap.reason))"
        }
        let left = coverage.count - shown.count
        return (shown + (left > 0 ? ["and \(Figures.plural(left, "more gap"))"] : [])).joined(separator: "\n")
    }
}
