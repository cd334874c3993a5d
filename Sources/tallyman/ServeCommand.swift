import ArgumentParser
import FleetRegistry
import Identity
import Queue
import Store
import Telemetry
import Web

/// The command `tallyman serve`.
struct ServeCommand: AsyncParsableCommand {
    /// Where it listens unless it is told otherwise.
    static let defaultListen = "127.0.0.1:8080"

    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "The web server: dashboard, newest report, health, metrics, and the APIs.",
        discussion: """
            Paths: / /report /metrics /metrics/process /health/live /health/ready; /v1,
            which anchore-cli talks to; and /v2, the API for fleets, which describes itself
            there and in /v2/openapi.json.

            /metrics shows the fleet (PostgreSQL, Redis, and what workers and coordinators
            put up in Redis every few seconds, each series with part and process) and this
            process; /metrics/process this process alone. /health/ready is 503 where
            PostgreSQL, Redis or a leading coordinator is missing, or no database
            connection is to be had; ?only=postgresql,redis asks for these alone.

            The API's first user is admin. Its password is that of TALLYMAN_ADMIN_PASSWORD,
            or in the file that TALLYMAN_ADMIN_PASSWORD_FILE names; without either, one is
            made up and written to admin.password in the data folder, once. Pages and
            metrics are open to whoever can reach them, unless --guard-pages is given.

            Machines get tokens (tallyman account token create). People of an OpenID
            Connect issuer come with its bearer tokens, people of an LDAP directory with
            their passwords; their groups give them a role:

              tallyman serve --oidc-issuer https://example.okta.com/oauth2/default \\
                  --oidc-audience api://tallyman \\
                  --oidc-roles 'security=policy-editor; everyone=read-only'
              tallyman serve --ldap-url ldaps://ldap.example \\
                  --ldap-user-dn 'uid={user},ou=people,dc=example,dc=org' \\
                  --ldap-group-base ou=groups,dc=example,dc=org \\
                  --ldap-roles 'admins=admin; dev=scanner@team-a'

            Who fails to log in ten times has to wait, longer each time; failures count for
            the name at that address, so that nobody locks out another. With --admission
            clusters ask before they run an image (ops/deploy/kubernetes). Every option is
            also a setting: TALLYMAN_OIDC_ROLES, or oidc-roles in tallyman.yaml.
            """
    )

    @OptionGroup var fleet: FleetOptions
    @Option(help: "Where to listen, HOST:PORT (default: \(Self.defaultListen)).") var listen: String?
    @OptionGroup(title: "Server") var server: ServerOptions
    @OptionGroup(title: "Logins") var identity: IdentityOptions

    func run() async throws {
        let logger = try ServiceLog.logger("serve")
        let listen = try self.listen ?? Settings()["listen"] ?? Self.defaultListen
        let counted = ProcessMetrics.bootstrap()
        let redis = try fleet.redisURL()
        let store = try await fleet.store(connections: 8)
        let board = ProcessBoard(url: redis)
        let parts = try APIParts(fleet: fleet, store: store, redis: redis, logger: logger)
        let settings = try ServerSettings(server.given.merging(identity.given) { $1 })
        let issuer = try settings.issuer(logger: logger)
        let api = try parts.service(server: settings, issuer: issuer, queue: { try await board.ping() })
        let server = WebServer(
            listen: listen,
            store: store,
            fleet: FleetFigures(store: store, dispatcher: Dispatcher(url: redis), board: board),
            own: { counted.families() + ProcessFigures.families() },
            ready: [
                HealthCheck("redis") { try await board.ping() },
                HealthCheck("coordinator") {
                    guard try await store.hasLeader() else { throw UnavailableError("no coordinator leads") }
                },
            ],
            api: api,
            guardsPages: try settings.isOn("guard-pages"),
            certificate: try settings.certificate(logger: logger),
            logger: logger
        )
        guard let server else { throw UsageError("\(listen) is not an address: HOST:PORT") }
        try await FirstAdmin(
            store: store,
            passwords: parts.passwords,
            folder: try fleet.folder(),
            logger: logger
        ).create()
        try await api.prepare()
        let policies = PolicyWatch(service: api)
        try await UntilSignal.run {
            async let watching: Void = policies.run()
            try await server.run()
            await watching
        }
        await parts.access.shutdown()
        await issuer?.shutdown()
        await store.close()
    }
}
