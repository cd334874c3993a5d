import NIOHTTP1

/// One request to a registry, as the client's calls state it.
struct RegistryRequest: Sendable {
    let method: HTTPMethod
    let endpoint: RegistryEndpoint
    let address: WebAddress
    /// The token's scope that it needs.
    let scope: String
    let cost: RequestCost
    let headers: [(name: String, value: String)]
    /// What is asked for, for messages.
    let subject: String

    init(
        _ method: HTTPMethod,
        _ endpoint: RegistryEndpoint,
        _ address: WebAddress,
        scope: String,
        cost: RequestCost = .free,
        headers: [(name: String, value: String)] = [],
        subject: String
    ) {
        self.method = method
        self.endpoint = endpoint
        self.address = address
        self.scope = scope
        self.cost = cost
        self.headers = headers
        self.subject = subject
    }
}
