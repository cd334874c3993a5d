/// Numbers as people read them, without regard to the machine's locale.
package enum Figures {
    /// `1,234,567`.
    package static func count(_ value: some BinaryInteger) -> String {
        let digits = Array(String(value.magnitude))
        var out = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { out.append(",") }
            out.append(digit)
        }
        return out
    }

    /// A number with a fixed count of decimals, 0 to 6; `–` for what is not a number or beyond 10¹².
    package static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite, value.magnitude < 1e12 else { return "–" }
        let places = min(max(places, 0), 6)
        var scale: Int64 = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int64((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % scale)
        return sign + String(scaled / scale) + "." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// A CVSS score, `9.8`; empty when there is none.
    package static func cvss(_ score: Double?) -> String { score.map { decimal($0, places: 1) } ?? "" }

    /// An EPSS probability as a percentage, `97.5%`; empty when there is none.
    package static func epss(_ probability: Double?) -> String {
        probability.map { decimal($0 * 100, places: 1) + "%" } ?? ""
    }

    /// A share in percent, `–` of nothing.
    package static func percent(_ part: Int, of whole: Int) -> String {
        whole > 0 ? decimal(Double(part) / Double(whole) * 100, places: 1) + "%" : "–"
    }

    /// `1.4 GiB`.
    package static func bytes(_ value: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var scaled = Double(max(value, 0))
        var unit = 0
        while scaled >= 1024, unit < units.count - 1 {
            scaled /= 1024
            unit += 1
        }
        return (unit == 0 ? decimal(scaled, places: 0) : decimal(scaled, places: 1)) + " " + units[unit]
    }

    /// `2 h 05 min`, `3 min 20 s`, `12.4 s`.
    package static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
        if seconds < 59.95 { return decimal(seconds, places: 1) + " s" }
        let whole = Int(seconds.rounded())
        func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
        if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
        return "\(whole / 3600) h \(padded(whole % 3600 / 60)) min"
    }

    /// `1 image`, `2 images`.
    package static func plural(_ value: Int, _ noun: String, _ nouns: String? = nil) -> String {
        "\(count(value)) \(value == 1 ? noun : nouns ?? noun + "s")"
    }
}
