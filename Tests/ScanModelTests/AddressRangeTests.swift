import ScanModel
import Testing

@Suite("Addresses and networks")
struct AddressRangeTests {
    @Test(
        "a network has its addresses and no others",
        arguments: [
            ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
            ("192.0.2.128/25", "192.0.2.127", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("[::1]", "::1", true),
            ("192.0.2.0/24", "::ffff:192.0.2.7", true),
            ("192.0.2.0/24", "name", false), ("192.0.2.0/24", "", false),
        ]
    )
    func membership(_ network: String, _ address: String, _ isIn: Bool) throws {
        #expect(try #require(AddressRange(network)).contains(address) == isIn)
    }

    @Test(
        "what is no network is none",
        arguments: ["", "/", "192.0.2.0/33", "192.0.2.0/-1", "1.2.3/8", "::/129", "a/8", "1.2.3.4/8/8"]
    )
    func damaged(_ text: String) { #expect(AddressRange(text) == nil) }
}
