import ArgumentParser
import HTTPProxy
import Notifier
import ScanModel

/// Where messages may be sent.
struct NotifyOptions: ParsableArguments {
    @Flag(help: "Send messages to private and loopback addresses, too (or TALLYMAN_ALLOW_PRIVATE_TARGETS=true).")
    var allowPrivateTargets = false

    @Option(help: "Send messages to a private network, CIDR or address; repeatable (or TALLYMAN_ALLOW_TARGET=A,B).")
    var allowTarget: [String] = []

    /// How messages leave this process.
    func senderOptions() throws -> SenderOptions {
        let settings = try Settings()
        let named = allowTarget + (settings["allow-target"]?.split(separator: ",").map(String.init) ?? [])
        let networks = try named.map { text in
            let text = text.filter { !$0.isWhitespace }
            guard let network = AddressRange(text) else {
                throw UsageError("\(text) is not a network: 10.1.0.0/16, fd00::/8 or an address is expected")
            }
            return network
        }
        var options = SenderOptions()
        let allowsPrivate = try settings.isOn("allow-private-targets")
        options.rules = TargetRules(
            allowsPrivate: allowPrivateTargets || allowsPrivate,
            networks: networks
        )
        options.proxies = try ProxySettings.read()
        options.userAgent = "tallyman/\(BuildVersion.text)"
        options.authorityFile = settings["notify-ca-file"]
        return options
    }
}
