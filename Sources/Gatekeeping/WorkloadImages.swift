import AnchoreAPI

/// The images that an object of Kubernetes makes a node fetch.
enum WorkloadImages {
    /// Images of one object that are judged.
    static let maxImages = 200

    /// Where the specification of a pod is in each kind that has one.
    ///
    /// That is a pod itself, a template of pods, whatever makes pods by a template, and a schedule of jobs. Kinds of others
    /// (`Rollout`, …) that keep to one of these forms count too.
    private static let places: [[String]] = [
        ["spec"], ["template", "spec"], ["spec", "template", "spec"],
        ["spec", "jobTemplate", "spec", "template", "spec"],
    ]

    /// Each image once, in the order in which they are named; none for what has no pods.
    ///
    /// All of them, since one that is left out would be let in: the size of a request bounds their number.
    static func of(_ object: JSONValue?) -> [String] {
        guard let object else { return [] }
        var seen: Set<String> = []
        var images: [String] = []
        for place in places {
            guard let specification = place.reduce(Optional(object), { $0?[$1] }) else { continue }
            for image in named(in: specification) where seen.insert(image).inserted { images.append(image) }
        }
        return images
    }

    private static func named(in specification: JSONValue) -> [String] {
        let containers = ["initContainers", "containers", "ephemeralContainers"].flatMap { list in
            (specification[list]?.array ?? []).compactMap { $0["image"]?.string }
        }
        // Volumes that are images (KEP-4639).
        let volumes = (specification["volumes"]?.array ?? []).compactMap { $0["image"]?["reference"]?.string }
        return (containers + volumes).filter { !$0.isEmpty }
    }
}
