import ScanModel

/// Writes CycloneDX 1.6 in JSON (ECMA-424; schema `bom-1.6.schema.json`).
enum CycloneDXJSONWriter {
    static func write(_ document: DocumentDescription) -> [UInt8] {
        var text = JSONText()
        text.object { text in
            text.member("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json")
            text.member("bomFormat", "CycloneDX")
            text.member("specVersion", "1.6")
            text.member("serialNumber", "urn:uuid:\(document.uuid)")
            text.key("version")
            text.literal("1")
            text.key("metadata")
            text.object { metadata(document, &$0) }
            text.key("components")
            text.array { text in
                for system in document.systems { write(system, &text) }
                for component in document.components { write(component, &text) }
            }
            text.key("dependencies")
            text.array { text in
                text.object { text in
                    text.member("ref", document.root.ref)
                    text.members("dependsOn", document.systems.map(\.ref) + document.components.map(\.ref)) {
                        $0.string($1)
                    }
                }
            }
            if document.isIncomplete {
                text.members("compositions", [document.root.ref]) { text, ref in
                    text.object { text in
                        text.member("aggregate", "incomplete")
                        text.members("assemblies", [ref]) { $0.string($1) }
                    }
                }
            }
            text.members("vulnerabilities", document.vulnerabilities) { write($1, document, &$0) }
        }
        return text.bytes + [UInt8(ascii: "\n")]
    }

    private static func metadata(_ document: DocumentDescription, _ text: inout JSONText) {
        text.member("timestamp", document.created)
        text.key("tools")
        text.object { text in
            text.members("components", [document.tool]) { text, tool in
                text.object { text in
                    text.member("type", "application")
                    text.member("name", tool.name)
                    text.member("version", tool.version)
                }
            }
        }
        let root = document.root
        text.key("component")
        text.object { text in
            text.member("bom-ref", root.ref)
            text.member("type", root.isImage ? "container" : "file")
            text.member("name", root.name)
            text.member("version", root.version)
            hashes(root.hashes, &text)
            text.member("purl", root.purl)
            properties(root.properties, &text)
        }
    }

    private static func write(_ system: DocumentDescription.System, _ text: inout JSONText) {
        text.object { text in
            text.member("bom-ref", system.ref)
            text.member("type", "operating-system")
            text.member("name", system.name)
            text.member("version", system.distro.versionID.isEmpty ? nil : system.distro.versionID)
            text.member("description", system.distro.name)
            properties(system.properties, &text)
        }
    }

    private static func write(_ component: DocumentDescription.Component, _ text: inout JSONText) {
        let package = component.package
        text.object { text in
            text.member("bom-ref", component.ref)
            text.member("type", component.isApplication ? "application" : "library")
            if let supplier = component.supplier {
                text.key("supplier")
                text.object { text in
                    text.member("name", supplier.name)
                    if let address = supplier.address {
                        text.members("contact", [address]) { text, address in
                            text.object { $0.member("email", address) }
                        }
                    }
                }
            }
            text.member("group", package.group)
            text.member("name", package.name)
            text.member("version", package.version)
            hashes(package.hashes, &text)
            licenses(component.licenses, &text)
            text.member("cpe", component.cpes.first)
            text.member("purl", component.purl)
            properties(
                component.properties + component.cpes.dropFirst().map { Property(PropertyName.cpe, $0) },
                &text
            )
            let paths = component.content.installed.paths
            guard !paths.isEmpty else { return }
            text.key("evidence")
            text.object { text in
                text.members("occurrences", paths) { text, path in text.object { $0.member("location", path) } }
            }
        }
    }

    private static func licenses(_ licenses: [LicenseStatement], _ text: inout JSONText) {
        if let expression = CycloneDXTerms.expression(licenses) {
            text.members("licenses", [expression]) { text, expression in
                text.object { text in
                    text.member("expression", expression)
                    text.member("acknowledgement", "declared")
                }
            }
            return
        }
        text.members("licenses", licenses) { text, license in
            text.object { text in
                text.key("license")
                text.object { text in
                    if case .identifier(let id) = license.form {
                        text.member("id", id)
                    } else {
                        text.member("name", license.stated)
                    }
                    text.member("acknowledgement", "declared")
                }
            }
        }
    }

    private static func hashes(_ hashes: [FileHash], _ text: inout JSONText) {
        text.members("hashes", hashes) { text, hash in
            text.object { text in
                text.member("alg", CycloneDXTerms.algorithm(hash))
                text.member("content", hash.hex)
            }
        }
    }

    private static func properties(_ properties: [Property], _ text: inout JSONText) {
        text.members("properties", properties) { text, property in
            text.object { text in
                text.member("name", property.name)
                text.member("value", property.value)
            }
        }
    }

    private static func source(_ name: String, _ text: inout JSONText) {
        text.key("source")
        text.object { $0.member("name", name) }
    }

    private static func analysis(_ suppression: Suppression, _ text: inout JSONText) {
        let terms = CycloneDXTerms.analysis(suppression)
        text.key("analysis")
        text.object { text in
            text.member("state", terms.state)
            text.member("justification", terms.justification)
            text.members("response", [terms.response].compactMap(\.self)) { $0.string($1) }
            text.member("detail", CycloneDXTerms.detail(suppression))
        }
    }

    private static func write(
        _ flaw: BillOfMaterials.Vulnerability,
        _ document: DocumentDescription,
        _ text: inout JSONText
    ) {
        text.object { text in
            text.member("id", flaw.id)
            source(flaw.source, &text)
            text.members("references", flaw.aliases) { text, alias in
                text.object { text in
                    text.member("id", alias)
                    source(CycloneDXTerms.issuer(of: alias, else: flaw.source), &text)
                }
            }
            text.key("ratings")
            text.array { text in
                text.object { text in
                    source(flaw.source, &text)
                    text.member("severity", CycloneDXTerms.severity(flaw.severity))
                }
                for rating in flaw.ratings {
                    text.object { text in
                        text.key("score")
                        text.literal("\(rating.score)")
                        text.member("method", CycloneDXTerms.method(rating.version))
                        text.member("vector", rating.vector)
                    }
                }
            }
            if let suppression = flaw.suppression { analysis(suppression, &text) }
            text.members("affects", document.targets(of: flaw)) { text, target in
                text.object { text in
                    text.member("ref", target.ref)
                    text.members("versions", target.versions) { text, version in
                        text.object { text in
                            text.member("version", version.version)
                            text.member("status", version.isAffected ? "affected" : "unaffected")
                        }
                    }
                }
            }
            properties(CycloneDXTerms.properties(flaw), &text)
        }
    }
}
