/// What we read of an image's configuration (image-spec v1.1, config.md).
package struct ImageConfig: Codable, Sendable {
    package struct RootFS: Codable, Sendable {
        package var type: String?
        package var diff_ids: [Digest]
    }

    /// How the image was made, as far as its builder says.
    package struct History: Codable, Sendable {
        private struct Step: Decodable {
            private enum CodingKeys: String, CodingKey { case command = "created_by" }

            let command: String

            init(from decoder: any Decoder) throws {
                let values = try? decoder.container(keyedBy: CodingKeys.self)  // something else states nothing
                command = (try? values?.decodeIfPresent(String.self, forKey: .command)) ?? ""
            }
        }

        /// What each step ran, in the builder's words, the oldest first; empty where it says nothing.
        package var commands: [String]

        package init(from decoder: any Decoder) throws {
            let steps = try? decoder.singleValueContainer().decode([Step].self)  // another type states nothing
            commands = (steps ?? []).map(\.command)
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(commands.map { ["created_by": $0] })
        }
    }

    package var architecture: String?
    package var os: String?
    package var variant: String?
    package var created: String?
    package var rootfs: RootFS?
    package var config: Execution?
    package var history: History?

    /// The part of the configuration that containers are started with.
    ///
    /// Builders write odd values, which engines pass over: those count as absent.
    package struct Execution: Codable, Sendable {
        /// The names of the members, as the specification spells them.
        private enum CodingKeys: String, CodingKey {
            case labels = "Labels"
            case user = "User"
            case exposedPorts = "ExposedPorts"
            case environment = "Env"
            case healthcheck = "Healthcheck"
        }

        /// Those that are text.
        package var labels: [String: String]
        package var user: String?
        /// `8080/tcp`, sorted.
        package var exposedPorts: [String]
        /// `NAME=value`.
        package var environment: [String]
        package var hasHealthcheck: Bool

        package init(from decoder: any Decoder) throws {
            let values = try? decoder.container(keyedBy: CodingKeys.self)  // another type states nothing
            let stated = try? values?.decodeIfPresent([String: Label].self, forKey: .labels)
            labels = (stated ?? [:]).compactMapValues(\.text)
            user = (try? values?.decodeIfPresent(Label.self, forKey: .user))?.text
            let ports = try? values?.decodeIfPresent([String: Anything].self, forKey: .exposedPorts)
            exposedPorts = (ports ?? [:]).keys.sorted()
            let environment = try? values?.decodeIfPresent([Label].self, forKey: .environment)
            self.environment = (environment ?? []).compactMap(\.text)
            let check = try? values?.decodeIfPresent(Check.self, forKey: .healthcheck)
            hasHealthcheck = check.map { $0.Test?.first?.text != "NONE" } ?? false
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(labels, forKey: .labels)
            try container.encodeIfPresent(user, forKey: .user)
            try container.encode(
                Dictionary(exposedPorts.map { ($0, [String: String]()) }) { first, _ in first },
                forKey: .exposedPorts
            )
            try container.encode(environment, forKey: .environment)
            if hasHealthcheck { try container.encode([String: String](), forKey: .healthcheck) }
        }

        private struct Label: Decodable {
            let text: String?

            init(from decoder: any Decoder) throws {
                text = try? decoder.singleValueContainer().decode(String.self)  // another type counts as absent
            }
        }

        private struct Check: Decodable {
            let Test: [Label]?
        }

        private struct Anything: Decodable {
            init(from _: any Decoder) throws {}
        }
    }

    package var platform: Platform? {
        guard let os, let architecture else { return nil }
        return Platform(os: os, architecture: architecture, variant: variant)
    }
}
