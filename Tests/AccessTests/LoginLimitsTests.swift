import Access
import Testing

@Suite("Failed logins")
struct LoginLimitsTests {
    private let start = ContinuousClock.now

    @Test("ten are free, then each one doubles the wait, up to a quarter of an hour")
    func waits() throws {
        let limits = LoginLimits()
        var now = start
        for _ in 0..<9 { limits.failed("ann", at: "192.0.2.1", now: now) }
        #expect(limits.wait("ann", at: "192.0.2.1", now: now) == nil)
        var waits: [Duration] = []
        for _ in 0..<13 {
            limits.failed("ann", at: "192.0.2.1", now: now)
            let wait = try #require(limits.wait("ann", at: "192.0.2.1", now: now))
            waits.append(wait)
            now += wait
            #expect(limits.wait("ann", at: "192.0.2.1", now: now) == nil)
        }
        #expect(waits.prefix(4) == [.seconds(1), .seconds(2), .seconds(4), .seconds(8)])
        #expect(waits.last == .seconds(900))
    }

    @Test("failures in somebody's name keep nobody out who comes from elsewhere, nor others who come from there")
    func others() {
        let limits = LoginLimits()
        for _ in 0..<50 { limits.failed("ann", at: "192.0.2.1", now: start) }
        #expect(limits.wait("ann", at: "192.0.2.1", now: start) != nil)
        #expect(limits.wait("ann", at: "192.0.2.2", now: start) == nil)
        #expect(limits.wait("ben", at: "192.0.2.1", now: start) == nil)
    }

    @Test("one machine that tries many names has to wait with all of them, for a minute at most")
    func spraying() throws {
        let limits = LoginLimits()
        for number in 0..<500 { limits.failed("user\(number)", at: "2001:db8:1:2::\(number)", now: start) }
        // The rest of an IPv6 address is its owner's choice.
        let wait = try #require(limits.wait("zoe", at: "2001:db8:1:2:ffff::1", now: start))
        #expect(wait == .seconds(60))
        #expect(limits.wait("zoe", at: "2001:db8:1:3::1", now: start) == nil)
    }

    @Test("an address is one machine however it is written")
    func notations() {
        let limits = LoginLimits()
        for _ in 0..<50 {
            limits.failed("ann", at: "2001:db8::1", now: start)
            limits.failed("ben", at: "::ffff:192.0.2.1", now: start)
        }
        for address in ["2001:db8::2:3:4:5", "2001:DB8:0:0::9", "2001:0db8:0000::", "2001:db8::1%eth0"] {
            #expect(limits.wait("ann", at: address, now: start) != nil, "\(address)")
        }
        for address in ["2001:db8:0:1::1", "2001:db8:1::1", "::1"] {
            #expect(limits.wait("ann", at: address, now: start) == nil, "\(address)")
        }
        #expect(limits.wait("ben", at: "192.0.2.1", now: start) != nil)
        #expect(limits.wait("ben", at: "::ffff:c000:201", now: start) != nil)
        #expect(limits.wait("ben", at: "::ffff:192.0.2.2", now: start) == nil)
    }

    @Test("success forgets the failures of the name there, and so does time")
    func forgetting() {
        let limits = LoginLimits()
        for _ in 0..<20 { limits.failed("ann", at: "a", now: start) }
        limits.succeeded("ann", at: "a")
        #expect(limits.wait("ann", at: "a", now: start) == nil)
        for _ in 0..<10 { limits.failed("ben", at: "b", now: start) }
        limits.failed("ben", at: "b", now: start + .seconds(4000))
        #expect(limits.wait("ben", at: "b", now: start + .seconds(4000)) == nil)
    }

    @Test("a million names cost no more memory than 65,536")
    func flood() {
        let limits = LoginLimits()
        for number in 0..<70_000 { limits.failed("user\(number)", at: "address\(number)", now: start) }
        for _ in 0..<10 { limits.failed("ann", at: "a", now: start) }
        #expect(limits.wait("ann", at: "a", now: start) != nil)
    }
}
