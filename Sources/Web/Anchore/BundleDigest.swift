import AnchoreAPI
import Crypto
import ScanModel

/// Names the content of a bundle, however its members are ordered.
enum BundleDigest {
    static func of(_ bundle: JSONValue) -> String { Hex.encode(SHA256.hash(data: bundle.canonical)) }
}
