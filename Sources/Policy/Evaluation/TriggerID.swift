import Crypto

/// What whitelists name findings by.
enum TriggerID {
    /// The id of a finding that has none of its own: the MD5 of gate, trigger and message, without anything between.
    ///
    /// MD5 protects nothing here; it is what existing whitelists hold.
    static func hash(gate: String, trigger: String, message: String) -> String { md5(gate + trigger + message) }

    /// In hexadecimal.
    static func md5(_ text: String) -> String {
        var hash = Insecure.MD5()
        var text = text
        text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }
}
