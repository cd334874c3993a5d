import Crypto
import Policy
import Testing

@Suite("The gates always and dockerfile")
struct DockerfileGateTests {
    @Test("always fires, with an id of its own")
    func always() throws {
        let evaluation = try Sample.evaluate("always/always", in: Sample.image)
        #expect(evaluation.findings.map(\.triggerID) == ["always"])
        #expect(evaluation.findings.map(\.message) == ["Unconditional trigger match"])
    }

    @Test(
        "instruction compares each line of a directive",
        arguments: [
            ("USER", "=", "app", ["app"]), ("USER", "=", "root", []), ("USER", "!=", "root", ["app"]),
            ("USER", "!=", "app", []), ("EXPOSE", "in", "443, 80", ["443"]), ("EXPOSE", "in", "80,81", []),
            ("EXPOSE", "not_in", "443", ["22/tcp 8080"]), ("EXPOSE", "not_in", "443,22/tcp 8080", []),
            ("ADD", "like", "file:.* in /$", ["file:abc in /"]), ("ADD", "like", "in /", []),
            ("ADD", "not_like", "http", ["file:abc in /"]), ("ADD", "not_like", "file", []),
            ("EXPOSE", "exists", "", ["22/tcp 8080", "443"]), ("LABEL", "exists", "", []),
            // A line that goes on is one instruction; its first line is what older whitelists know.
            ("RUN", "like", ".*update", [#"/bin/sh -c apt-get update && \"#]),
            ("RUN", "like", ".*curl", ["/bin/sh -c apt-get update && apt-get install -y curl"]),
            ("RUN", "not_like", ".*curl", []), ("RUN", "like", ".*wget", []),
        ]
    )
    func instruction(directive: String, check: String, value: String, lines: [String]) throws {
        var image = Sample.image
        image.dockerfile = .collected(DockerfileFacts(mode: .actual, text: Sample.dockerfile))
        let found = try Sample.messages(
            "dockerfile/instruction",
            ["instruction": directive, "check": check, "value": value],
            in: image
        )
        #expect(
            found
                == lines.map {
                    "Dockerfile directive '\(directive)' check '\(check)' matched against '\(value)' for line '\($0)'"
                }
        )
    }

    @Test("a step of the history that ends in a backslash hides no other")
    func guessedLines() throws {
        var image = Sample.image
        image.dockerfile = .collected(
            GuessedDockerfile.facts(
                history: [
                    #"RUN ["true","\"# + #"\"#, "ADD http://evil/x /x # buildkit", #"LABEL x=y\"#, "ENV PASSWORD=1",
                ]
            )
        )
        for (directive, line) in [("ADD", "http://evil/x /x"), ("ENV", "PASSWORD=1")] {
            let found = try Sample.messages(
                "dockerfile/instruction",
                ["instruction": directive, "check": "exists"],
                in: image
            )
            #expect(found.map { $0.hasSuffix("for line '\(line)'") } == [true])
        }
    }

    @Test(
        "an actual file's instructions are those that a builder sees, whatever separates them from what follows",
        arguments: [
            ("USER\tapp", "app"), ("RUN <<EOF\nUSER fake\nEOF\nUSER app", "app"),
            ("RUN <<-'A' cat <<B\nUSER fake\n\tA\nUSER fake\nB\nUSER app", "app"),
            ("RUN cat <<<EOF\nUSER app", "app"), ("COPY <<EOF /x\nUSER app", "app"),
            ("RUN echo \"x <<EOF\"\nUSER app\nEOF", "app"),
            ("RUN echo $((1<<n))\nUSER app\nn", "app"), ("RUN cat a<<EOF\nUSER app\nEOF", "app"),
            ("RUN <<END-OF.txt\nUSER fake\nEND-OF.txt\nUSER app", "app"),
            ("ONBUILD RUN 3<<\"A\"\nUSER fake\nA\nUSER app", "app"),
        ]
    )
    func heredocs(text: String, user: String) throws {
        var image = Sample.image
        image.dockerfile = .collected(DockerfileFacts(mode: .actual, text: "FROM a\n\(text)"))
        let found = try Sample.messages("dockerfile/effective_user", ["users": user, "type": "blacklist"], in: image)
        #expect(found.count == 1, "\(text)")
    }

    @Test("a whitelist of the first line's hash covers what is not on any line of the instruction")
    func firstLine() throws {
        let rule = Sample.rule(
            "dockerfile/instruction",
            ["instruction": "RUN", "check": "not_like", "value": ".*wget"]
        )
        // The MD5 of gate, trigger and message, as Anchore Engine has it of the first line alone.
        let message =
            "Dockerfile directive 'RUN' check 'not_like' matched against '.*wget' "
            + #"for line 'apt-get update && \'"#
        let id = Insecure.MD5.hash(data: Array("dockerfileinstruction\(message)".utf8)).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
        var image = Sample.image
        let text = "FROM a\nRUN apt-get update && \\\n  apt-get install curl"
        image.dockerfile = .collected(DockerfileFacts(mode: .actual, text: text))
        let bundle = try Sample.read(Sample.bundle([rule], whitelist: [Sample.item("dockerfile", id)]))
        let findings = bundle.evaluate(image, as: ImageName("app:1"), now: Sample.now).findings
        #expect(findings.map { $0.whitelisted != nil } == [true])
    }

    @Test("instruction says what is not there, and nothing where a value is needed and missing")
    func missingInstruction() throws {
        #expect(
            try Sample.messages("dockerfile/instruction", ["instruction": "HEALTHCHECK", "check": "not_exists"])
                == ["Dockerfile directive 'HEALTHCHECK' not found, matching condition 'not_exists' check"]
        )
        #expect(
            try Sample.messages("dockerfile/instruction", ["instruction": "CMD", "check": "not_exists"]).isEmpty
        )
        #expect(try Sample.messages("dockerfile/instruction", ["instruction": "CMD", "check": "="]).isEmpty)
    }

    @Test("Rules for actual Dockerfiles pass over guessed ones")
    func actualOnly() throws {
        let parameters: KeyValuePairs = [
            "instruction": "USER", "check": "exists", "actual_dockerfile_only": "TRUE",
        ]
        #expect(try Sample.messages("dockerfile/instruction", parameters).isEmpty)
        #expect(try Sample.messages("dockerfile/no_dockerfile_provided").count == 1)
        var image = Sample.image
        image.dockerfile = .collected(DockerfileFacts(mode: .actual, text: "FROM a\nuser app\nEXPOSE 22"))
        #expect(try Sample.messages("dockerfile/instruction", parameters, in: image).count == 1)
        #expect(try Sample.messages("dockerfile/no_dockerfile_provided", in: image).isEmpty)
        let ports: KeyValuePairs = ["ports": "22", "type": "blacklist", "actual_dockerfile_only": "true"]
        #expect(try Sample.messages("dockerfile/exposed_ports", ports, in: image).count == 1)
        #expect(try Sample.messages("dockerfile/exposed_ports", ports).isEmpty)
    }

    @Test(
        "effective_user is the last USER, or root",
        arguments: [
            ("USER app", "app", "blacklist", "User app found as effective user, which is explicity not allowed"),
            ("USER app", "root, docker", "blacklist", nil),
            (
                "", "root", "blacklist",
                "User root found as effective "
                    + "user, which is explicity not allowed"
            ),
            (
                "USER root:app", "root", "blacklist",
                "User root:app found as effective "
                    + "user, which is explicity not allowed"
            ),
            ("USER app:root", "root", "blacklist", nil), ("USER root\nUSER [app]", "app", "whitelist", nil),
            (
                "USER app:app", "app", "whitelist",
                "User app:app found as effective user, which is not on the allowed list"
            ),
        ] as [(String, String, String, String?)]
    )
    func effectiveUser(text: String, users: String, type: String, message: String?) throws {
        var image = Sample.image
        image.dockerfile = .collected(DockerfileFacts(mode: .guessed, text: "FROM scratch\n\(text)"))
        let found = try Sample.messages("dockerfile/effective_user", ["users": users, "type": type], in: image)
        #expect(found == (message.map { [$0] } ?? []))
    }

    @Test(
        "exposed_ports names ports of its list, or those that are not in it",
        arguments: [
            ("22,443", "blacklist", ["22/tcp) which is in policy file DENIED", "443) which is in policy file DENIED"]),
            ("80", "blacklist", []), ("22,443", "whitelist", ["8080) which is not in policy file ALLOWED"]),
            ("22, 443,8080", "whitelist", []),
        ]
    )
    func exposedPorts(ports: String, type: String, expected: [String]) throws {
        let found = try Sample.messages("dockerfile/exposed_ports", ["ports": ports, "type": type])
        #expect(found == expected.map { "Dockerfile exposes port (\($0)PORTS list" })
    }

    @Test("A Dockerfile is guessed from history of every builder, and from the configuration where that is silent")
    func guessed() {
        let facts = GuessedDockerfile.facts(
            history: [
                "/bin/sh -c #(nop) ADD file:1 in / ", "/bin/sh -c apt-get update", "",
                "RUN /bin/sh -c make # buildkit", "EXPOSE map[443/tcp:{} 80/tcp:{}]", "CMD [\"a\"]", "bazel build\n:x",
            ],
            stated: .init(user: "app", exposedPorts: ["80/tcp", "9000/udp"], hasHealthcheck: true)
        )
        #expect(
            facts.text == """
                FROM scratch
                ADD file:1 in /
                RUN /bin/sh -c apt-get update
                RUN /bin/sh -c make
                EXPOSE 443/tcp 80/tcp
                CMD ["a"]
                RUN bazel build :x
                USER app
                EXPOSE 9000/udp
                HEALTHCHECK
                """
        )
        #expect(facts.mode == .guessed)
        #expect(!facts.isSilent)
    }

    @Test("Of an image without history nothing was run or copied, unless a rule needs history to judge by")
    func silent() throws {
        var image = Sample.image
        image.dockerfile = .collected(
            GuessedDockerfile.facts(history: [""], stated: .init(exposedPorts: ["22/tcp"], environment: ["A=b\nc"]))
        )
        #expect(image.dockerfile.value?.text == "FROM scratch\nENV A=b c\nEXPOSE 22/tcp")
        let environment: KeyValuePairs = ["instruction": "ENV", "check": "=", "value": "A=b c"]
        #expect(try Sample.messages("dockerfile/instruction", environment, in: image).count == 1)
        let missing: KeyValuePairs = ["instruction": "HEALTHCHECK", "check": "not_exists"]
        #expect(try Sample.messages("dockerfile/instruction", missing, in: image).count == 1)
        for directive in ["RUN", "ADD", "COPY", "ARG"] {
            let plain: KeyValuePairs = ["instruction": directive, "check": "exists"]
            #expect(try Sample.messages("dockerfile/instruction", plain, in: image).isEmpty)
            let parameters: KeyValuePairs = ["instruction": directive, "check": "exists", "needs_history": "true"]
            let rule = Sample.rule("dockerfile/instruction", parameters, action: "WARN")
            let evaluation = try Sample.read(Sample.bundle([rule])).evaluate(image, as: nil, now: Sample.now)
            #expect(evaluation.findings.isEmpty)
            #expect(evaluation.problems.first?.cause.contains("the image has no history") == true, "\(directive)")
            #expect(evaluation.finalAction == .warn)
        }
    }

    @Test("A rule may look at the last line of an instruction alone, which is the one that counts")
    func lastLine() throws {
        var image = Sample.image
        let none: KeyValuePairs = [
            "instruction": "HEALTHCHECK", "check": "like", "value": "NONE", "last_only": "true",
        ]
        for (first, last, count) in [("NONE", "CMD true", 0), ("CMD true", "NONE", 1)] {
            let text = "FROM scratch\nHEALTHCHECK \(first)\nHEALTHCHECK \(last)"
            image.dockerfile = .collected(DockerfileFacts(mode: .actual, text: text))
            #expect(try Sample.messages("dockerfile/instruction", none, in: image).count == count, "\(text)")
        }
    }
}
