import Logging
import TallymanTesting
import Testing

@testable import Web

@Suite("Where a server listens")
struct ListenAddressTests {
    @Test("An address that another program has is told of with the cause and what to do")
    func taken() throws {
        let other = try FaultServer { _, _ in [.close] }
        defer { other.stop() }
        let address = try #require(ListenAddress(other.host))
        let error = try #require(throws: ListenError.self) { try address.check(option: "--listen") }
        let cause = "cannot listen on \(other.host): another program listens there"
        #expect("\(error)" == "\(cause); --listen names another address")
    }

    @Test("A free address, by number or by name, is no obstacle", arguments: ["127.0.0.1:0", "[::1]:0", "localhost:0"])
    func free(_ text: String) throws {
        let address = try #require(ListenAddress(text))
        do throws(ListenError) { try address.check(option: "--listen") } catch {
            // A machine may have no IPv6 at all, and says so.
            #expect(text.hasPrefix("[") && !error.description.contains("another program"), "\(error)")
        }
    }

    @Test("An address that this machine does not have is told of")
    func elsewhere() throws {
        let address = try #require(ListenAddress("192.0.2.1:0"))
        let error = try #require(throws: ListenError.self) { try address.check(option: "--metrics") }
        #expect("\(error)".hasPrefix("cannot listen on 192.0.2.1:0: "))
    }

    @Test("What is no address is none", arguments: ["", "localhost", "localhost:", "localhost:65536", "127.0.0.1:-1"])
    func other(_ text: String) { #expect(ListenAddress(text) == nil) }

    @Test("A server that cannot listen ends with the same words")
    func server() async throws {
        let other = try FaultServer { _, _ in [.close] }
        defer { other.stop() }
        let made = ProcessServer(
            listen: other.host,
            figures: { [] },
            live: [],
            ready: [],
            logger: Logger(label: "listen") { _ in SwiftLogNoOpLogHandler() }
        )
        let server = try #require(made)
        await #expect(throws: ListenError.self) { try await server.run() }
    }
}
