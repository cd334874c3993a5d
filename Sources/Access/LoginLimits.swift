import Foundation
import Synchronization

/// How often somebody may fail to log in.
///
/// Failures count for a name together with the address that they come from, so that nobody can lock out another by failing
/// in their name from elsewhere; and for the address alone, so that one machine cannot try a thousand names. After some
/// free tries each further failure doubles the wait.
package final class LoginLimits: Sendable {
    /// When a login may be tried again, and after how many failures that is.
    struct Rule: Sendable {
        var freeTries: Int
        var firstWait: Duration
        var longestWait: Duration

        /// How long to wait after so many failures.
        func wait(after failures: Int) -> Duration {
            guard failures >= freeTries else { return .zero }
            return min(longestWait, firstWait * (1 << min(failures - freeTries, 20)))
        }
    }

    /// Failures this old are forgotten; longer than any wait, or nobody would ever have to wait longer than before.
    static let memory = Duration.seconds(3600)
    /// Names with addresses that are remembered.
    static let maxKept = 65_536
    static let ofName = Rule(freeTries: 10, firstWait: .seconds(1), longestWait: .seconds(15 * 60))
    static let ofAddress = Rule(freeTries: 100, firstWait: .seconds(1), longestWait: .seconds(60))

    private struct Failures {
        var count = 0
        var last: ContinuousClock.Instant

        func wait(_ rule: Rule, now: ContinuousClock.Instant) -> Duration {
            max(.zero, last + rule.wait(after: count) - now)
        }
    }

    private struct Pair: Hashable {
        let name: String
        let address: String
    }

    private struct State {
        var pairs: [Pair: Failures] = [:]
        var addresses: [String: Failures] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// How long this name has to wait at this address; `nil` where it may try at once.
    package func wait(_ name: String, at address: String, now: ContinuousClock.Instant = .now) -> Duration? {
        let address = Self.network(address)
        return state.withLock { state in
            let longest = max(
                state.pairs[Pair(name: name, address: address)]?.wait(Self.ofName, now: now) ?? .zero,
                state.addresses[address]?.wait(Self.ofAddress, now: now) ?? .zero
            )
            return longest > .zero ? longest : nil
        }
    }

    /// Counts a failure for a name at an address, and for the address.
    package func failed(_ name: String, at address: String, now: ContinuousClock.Instant = .now) {
        let address = Self.network(address)
        state.withLock { state in
            Self.count(Pair(name: name, address: address), in: &state.pairs, now)
            Self.count(address, in: &state.addresses, now)
        }
    }

    /// Forgets the failures of a name at an address, once it has got in.
    package func succeeded(_ name: String, at address: String) {
        let address = Self.network(address)
        state.withLock { $0.pairs[Pair(name: name, address: address)] = nil }
    }

    private static func count<Key>(_ key: Key, in failures: inout [Key: Failures], _ now: ContinuousClock.Instant) {
        if failures.count >= maxKept, failures[key] == nil {
            failures = failures.filter { now - $0.value.last < memory }
            // An attacker with so many names has its address counted; those who wait longest are let go last.
            if failures.count >= maxKept {
                failures = failures.filter { $0.value.count >= ofName.freeTries }
            }
            if failures.count >= maxKept { failures.removeAll() }
        }
        var found = failures[key] ?? Failures(last: now)
        if now - found.last >= memory { found.count = 0 }
        found.count += 1
        found.last = now
        failures[key] = found
    }

    /// Who is one machine: an IPv4 address, the first half of an IPv6 one, whose rest its owner may choose.
    ///
    /// By its bytes: one address may be written in many ways. An IPv4 one that is written as IPv6 is that IPv4 one.
    private static func network(_ address: String) -> String {
        var six = in6_addr()
        // A zone (`%eth0`) is no part of the address.
        let bare = String(address.prefix { $0 != "%" })
        guard address.contains(":"), inet_pton(AF_INET6, bare, &six) == 1 else { return address }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        guard !bytes.starts(with: [UInt8](repeating: 0, count: 10) + [0xff, 0xff]) else {
            return bytes.suffix(4).map { "\($0)" }.joined(separator: ".")
        }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
    }
}
