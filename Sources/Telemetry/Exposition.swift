/// Families in the text that Prometheus reads (exposition formats, "Text-based format", version 0.0.4).
package enum Exposition {
    /// The media type of the text.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The text; families of the same name are put together, and series that come twice are told once.
    package static func text(_ families: [MetricFamily]) -> String {
        var merged: [String: MetricFamily] = [:]
        for family in families {
            guard let known = merged[family.name] else {
                merged[family.name] = family
                continue
            }
            // A process of another version may use the name otherwise; one name has one kind.
            if known.kind == family.kind { merged[family.name]?.samples += family.samples }
        }
        var text = ""
        for family in merged.values.sorted(by: { $0.name < $1.name }) where isName(family.name) {
            if let help = MetricNames.help[family.name] { text += "# HELP \(family.name) \(help)\n" }
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            var seen: Set<[MetricLabel]> = []
            for sample in family.samples where seen.insert(sample.labels).inserted {
                if family.kind == .histogram {
                    append(family.name, histogram: sample, to: &text)
                } else {
                    text += "\(family.name)\(labels(sample.labels)) \(number(sample.value))\n"
                }
            }
        }
        return text
    }

    private static func append(_ name: String, histogram sample: MetricSample, to text: inout String) {
        let buckets = sample.buckets ?? []
        guard buckets.count == Histogram.bounds.count + 1 else { return }
        var count = 0
        for (place, bucket) in buckets.enumerated() {
            count += max(0, bucket)
            let bound = place < Histogram.bounds.count ? number(Histogram.bounds[place]) : "+Inf"
            text += "\(name)_bucket\(labels(sample.labels + [MetricLabel("le", bound)])) \(count)\n"
        }
        text += "\(name)_sum\(labels(sample.labels)) \(number(sample.value))\n"
        text += "\(name)_count\(labels(sample.labels)) \(count)\n"
    }

    private static func labels(_ labels: [MetricLabel]) -> String {
        let sound = labels.filter { isName($0.name) }
        guard !sound.isEmpty else { return "" }
        return "{\(sound.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ","))}"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
