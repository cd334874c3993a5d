import Crypto
import ScanModel

/// What whitelists name findings by.
enum TriggerID {
    /// The id of a finding that has none of its own: the MD5 of gate, trigger and message, without anything between.
    ///
    /// MD5 protects nothing here; it is what existing whitelists hold.
    static func hash(gate: String, trigger: String, message: String) -> String { md5([gate, trigger, message]) }

    /// In hexadecimal, of texts without anything between.
    static func md5(_ texts: [String]) -> String {
        var hash = Insecure.MD5()
        // Read where they lie, within the call: an image has thousands of messages, and each would be copied.
        for var text in texts { text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) } }
        return Hex.encode(hash.finalize())
    }
}
