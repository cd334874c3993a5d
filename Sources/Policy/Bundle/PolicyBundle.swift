import Advisories
import LinearRegex
import OnePassJSON
package import ScanModel

/// A policy bundle of Anchore Engine, version `1_0`: policies, which of them count for which images, and exceptions.
///
/// Reading it checks everything that can be checked without an image. Not copied from Anchore Engine are these defects:
/// mappings by digest and id end every evaluation in STOP; `retrieved_files/content_not_available` fires twice;
/// `content_regex` tries words alone; a malformed line of `/etc/passwd`, a trigger that fails or a comparison with what an
/// image does not state ends the whole evaluation; instructions of a Dockerfile that go on in the next line are cut;
/// `exists` needs a value; expressions are read only when they are used.
package struct PolicyBundle: Sendable {
    package let id: String
    package let name: String
    let policies: [String: BundlePolicy]
    let whitelists: [String: Whitelist]
    let mappings: [BundleMapping]
    let whitelistedImages: [ImageSelector]
    let blacklistedImages: [ImageSelector]
    /// As its author wrote it.
    package let document: [UInt8]

    /// What must be collected of an image's files for every rule to tell.
    package var needs: CollectionPlan {
        policies.sorted { $0.key < $1.key }.flatMap(\.value.rules).reduce(.nothing) { plan, rule in
            guard case .trigger(let trigger) = rule.check else { return plan }
            return plan.union(trigger.needs)
        }
    }

    /// What all rules together ask about that may change while an image does not.
    package var reads: FactReading {
        policies.values.flatMap(\.rules).reduce(.image) { reading, rule in
            guard case .trigger(let trigger) = rule.check else { return reading }
            return reading.union(trigger.reads)
        }
    }

    /// What came of reading a document.
    package struct Reading: Sendable {
        /// What was read; `nil` where the document is none of a bundle at all.
        ///
        /// One with problems can be evaluated: images whose mapping names what is wrong are stopped.
        package let bundle: PolicyBundle?
        /// Everything that is wrong, in the document's order as far as it has one.
        package let problems: [BundleProblem]

        package var errors: [BundleProblem] { problems.filter { $0.severity == .error } }
    }

    /// Reads a document.
    ///
    /// With `allowsRetired`, rules of gates that are no more are warned of and not refused, as Anchore Engine does with
    /// bundles that it has stored.
    package static func read(
        _ bytes: [UInt8],
        allowsRetired: Bool = false,
        limits: BundleLimits = BundleLimits()
    ) -> Reading {
        let log = ProblemLog(most: limits.maxProblems)
        guard bytes.count <= limits.maxBytes else {
            log.add(
                .malformed,
                at: "",
                "the document has \(bytes.count) bytes, more than the \(limits.maxBytes) that are read",
                remedy: "split the bundle"
            )
            return Reading(bundle: nil, problems: log.all)
        }
        let document: JSONValue
        do {
            document = try parse(bytes, maxDepth: limits.maxDepth)
        } catch {
            let line = bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
            log.add(
                .malformed,
                at: "",
                "no JSON: \(error.reason) on line \(line)",
                remedy: "bundles are JSON"
            )
            return Reading(bundle: nil, problems: log.all)
        }
        guard let root = BundleObject(document, path: "", log: log) else {
            return Reading(bundle: nil, problems: log.all)
        }
        var reader = BundleReader(root, document: bytes, log: log, limits: limits, allowsRetired: allowsRetired)
        let bundle = reader.read()
        return Reading(bundle: bundle, problems: log.all)
    }

    /// The document as results give it back, read anew: it takes many times the room of its bytes.
    package var raw: RawJSON {
        // It was read before, so that it is no error to give nothing where it cannot be.
        (try? Self.parse(document, maxDepth: BundleLimits().maxDepth)).map { RawJSON($0) } ?? .null
    }

    private static func parse(_ bytes: [UInt8], maxDepth: Int) throws(JSONError) -> JSONValue {
        try bytes.span.withUnsafeBytes { buffer throws(JSONError) in
            try JSONReader.parse(buffer, maxDepth: maxDepth)
        }
    }
}
