/// The releases whose ordinary support has ended, and the images on them.
enum UnsupportedReleases {
    /// Images that are named for one release; the others are in the file.
    private static let maxImages = 50

    /// The fields of the section on `day`, `YYYY-MM-DD`: one element, or none where there is nothing to tell.
    static func fields(_ report: FleetReport, day: String) -> [[String: Any]] {
        guard !day.isEmpty else { return [] }
        let images = Dictionary(grouping: report.images.filter(\.state.isCovered), by: \.distro)
        let ended = report.distros.filter { row in row.endOfLife.map { $0 < day } == true }
        guard !ended.isEmpty else { return [] }
        let rows = ended.map { row -> [String: Any] in
            let names = (images[row.distro] ?? []).map(\.reference)
            let left = names.count - maxImages
            return [
                "distro": row.distro, "ended": row.endOfLife ?? "", "count": Figures.count(row.images),
                "images": names.prefix(maxImages).map { ["name": $0] },
                "more": PageParts.optional(left > 0 ? "and \(Figures.count(left)) more in \(FleetFile.images)" : ""),
            ]
        }
        return [["day": day, "rows": rows]]
    }
}
