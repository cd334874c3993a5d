import Foundation
import NIOHTTP1
import ScanModel

extension RegistryClient {
    /// Lists a registry's repositories page by page; `onPage` gets each page's new names, in the registry's order.
    ///
    /// Many public registries do not offer this; they answer with `unsupported`, `unauthorized` or `notFound`.
    package func catalog(
        _ registry: String,
        onPage: ([String]) async throws -> Void
    ) async throws -> CatalogSummary {
        let endpoint = try RegistryEndpoint(registry, options: options)
        var summary = CatalogSummary()
        let pages = try await names(
            endpoint,
            endpoint.address("_catalog"),
            scope: "registry:catalog:*",
            subject: "\(endpoint.name): catalog",
            // One more request for a whole registry is a small price for not missing half of it.
            probeFrom: 1,
            isName: { ImageName.isRepository($0) },
            onPage: { new in
                if !new.isEmpty { try await onPage(new) }
            }
        )
        summary.pages = pages.pages
        summary.repositories = pages.count
        summary.problems = pages.problems
        return summary
    }

    /// Lists a repository's tags.
    package func tags(_ registry: String, repository: String) async throws -> TagListing {
        let endpoint = try RegistryEndpoint(registry, options: options)
        var listing = TagListing()
        let pages = try await names(
            endpoint,
            endpoint.address(repository: repository, "tags/list"),
            scope: Self.pullScope(repository),
            subject: "\(endpoint.name)/\(repository): tags",
            probeFrom: 50,
            isName: { ImageName.isTag($0) },
            onPage: { listing.tags += $0 }
        )
        listing.problems = pages.problems
        listing.isWhole = pages.isWhole
        return listing
    }

    /// Asks for one tag of a repository, for those who want to know whether the registry answers and no more.
    package func askForTag(_ registry: String, repository: String) async throws {
        let endpoint = try RegistryEndpoint(registry, options: options)
        let address = try endpoint.address(repository: repository, "tags/list")
        _ = try await listPage(
            endpoint,
            WebAddress(origin: address.origin, target: "\(address.path)?n=1"),
            scope: Self.pullScope(repository),
            subject: "\(endpoint.name)/\(repository): tags"
        )
    }

    private func names(
        _ endpoint: RegistryEndpoint,
        _ address: WebAddress,
        scope: String,
        subject: String,
        probeFrom: Int,
        isName: @escaping @Sendable (String) -> Bool,
        onPage: ([String]) async throws -> Void
    ) async throws -> PagedNames {
        func start(_ size: Int) -> PagedNames {
            let first = WebAddress(origin: address.origin, target: "\(address.path)?n=\(size)")
            return PagedNames(start: first, probeFrom: probeFrom, isName: isName)
        }
        var pages = start(PagedNames.pageSize)
        var isSmall = false
        while true {
            let page: ListPage
            do {
                page = try await listPage(endpoint, pages.current, scope: scope, subject: subject)
            } catch let error as RegistryError where error.status == 400 && pages.pages == 0 && !isSmall {
                // Some registries refuse a page size over their own limit instead of cutting it.
                isSmall = true
                pages = start(PagedNames.smallPageSize)
                continue
            } catch let error as RegistryError where pages.isProbe && !error.isTransient {
                return pages
            }
            let (new, continues) = pages.take(page.names, links: page.links)
            try await onPage(new)
            guard continues else { return pages }
        }
    }

    private struct ListPage {
        let names: [String]
        let links: [String]
    }

    private func listPage(
        _ endpoint: RegistryEndpoint,
        _ address: WebAddress,
        scope: String,
        subject: String
    ) async throws -> ListPage {
        try await retrying(subject) {
            let ask = RegistryRequest(.GET, endpoint, address, scope: scope, subject: subject)
            return try await self.request(ask) { reply in
                try await self.expect([200], reply, subject: subject)
                let bytes = try await reply.body.collect(maxBytes: self.options.maxListBytes)
                guard let list = try? JSONDecoder().decode(ListBody.self, from: Data(bytes)) else {  // reported as such
                    throw RegistryError(
                        .badResponse,
                        "\(subject): the page is not a list in JSON",
                        status: reply.status
                    )
                }
                return ListPage(names: list.repositories ?? list.tags ?? [], links: reply.headers["link"])
            }
        }
    }

    /// Both kinds of list; registries write `null` for an empty one.
    private struct ListBody: Decodable {
        var repositories: [String]?
        var tags: [String]?
    }
}
