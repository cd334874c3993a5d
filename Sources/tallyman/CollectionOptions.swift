import ArgumentParser
import Foundation
import LayerScan
import MalwareScan
import ScanModel

/// The options that say what is collected of an image's files.
struct CollectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Collect of the image's files, beside what a policy asks for: \(Self.partNames), separated by commas.",
            valueName: "list"
        )
    )
    var collect: String?

    @Option(
        help: ArgumentHelp(
            "Keep the content of this file for the gate retrieved_files; * stands for any part of a name. May be repeated.",
            valueName: "path"
        )
    )
    var retrieve: [String] = []

    @Option(
        help: ArgumentHelp(
            "Search text files for lines that match from their start; may be repeated.",
            valueName: "name=regex"
        )
    )
    var contentSearch: [String] = []

    @OptionGroup var secrets: SecretRuleOptions

    @OptionGroup var clamd: ClamdOption

    static var partNames: String { CollectedPart.allCases.map(\.rawValue).joined(separator: ", ") }

    /// What the options ask for; throws where a word or an expression is none.
    func plan() throws -> CollectionPlan {
        var plan = CollectionPlan(
            parts: try collect.map { try Self.parts($0) } ?? [],
            retrievedPaths: retrieve,
            contentPatterns: contentSearch.map { NamedPattern($0) },
            secretPatterns: try secrets.patterns()
        )
        if !plan.secretPatterns.isEmpty { plan.parts.insert(.secrets) }
        if !retrieve.isEmpty { plan.parts.insert(.retrieve) }
        if !contentSearch.isEmpty { plan.parts.insert(.content) }
        _ = try Self.collection(plan)
        return plan
    }

    /// The parts that a list names.
    static func parts(_ list: String) throws -> Set<CollectedPart> {
        let words = list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return Set(
            try words.filter { !$0.isEmpty && $0 != "none" }.map { word in
                guard let part = CollectedPart(rawValue: word) else {
                    throw UsageError("\(word) is nothing that can be collected; there are \(partNames)")
                }
                return part
            }
        )
    }

    /// What a plan needs; an expression that is none is the user's mistake.
    static func collection(_ plan: CollectionPlan, malware: MalwareScanner? = nil) throws -> FileCollection {
        do { return try FileCollection(plan, malware: malware) } catch {
            throw UsageError("an expression of --content-search or --secret-search: \(error)")
        }
    }
}

/// The option for the Dockerfile that an image was built from.
struct DockerfileOption: ParsableArguments {
    /// Larger files are no Dockerfiles.
    private static let maxBytes = 1 << 20

    @Option(
        help: ArgumentHelp(
            "The Dockerfile that the image was built from; without it policies judge one guessed from its history.",
            valueName: "file"
        )
    )
    var dockerfile: String?

    /// Its text.
    func text() throws -> String? {
        guard let dockerfile else { return nil }
        let bytes = try UserFile.read(dockerfile, most: Self.maxBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError("\(dockerfile) is no text in UTF-8")
        }
        return text
    }
}

/// The option for the malware scanner.
struct ClamdOption: ParsableArguments {
    @Option(
        name: .customLong("clamd"),
        help: ArgumentHelp(
            "Ask clamd about malware: unix:/run/clamav/clamd.ctl or tcp:HOST:PORT. TALLYMAN_CLAMD says it, too.",
            valueName: "address"
        )
    )
    var address: String?

    /// The scanner, which has to answer; `nil` where none is set.
    func scanner() throws -> MalwareScanner? {
        guard let text = try address ?? Settings()["clamd"] else { return nil }
        guard let address = ClamdAddress(text) else {
            throw UsageError("--clamd: \(text) is neither unix:/PATH nor tcp:HOST:PORT")
        }
        return MalwareScanner(address)
    }
}
