import Policy
import Testing

@Suite("The gates files, retrieved_files, passwd_file and secret_scans")
struct FilesGateTests {
    @Test(
        "content_regex_match takes a configured expression by its name, its text or both",
        arguments: ["PASSWORD", ".*password.*", "PASSWORD=.*password.*", ""]
    )
    func contentMatch(name: String) throws {
        let message =
            "File content analyzer found regexp match in container: file=/app/config.ini regexp=PASSWORD=.*password.*"
        #expect(try Sample.messages("files/content_regex_match", ["regex_name": name]) == [message])
        #expect(try Sample.messages("files/content_regex_match") == [message])
    }

    @Test("content_regex_match does not pass for an expression that nobody searched for")
    func unsearched() throws {
        let evaluation = try Sample.evaluate("files/content_regex_match", ["regex_name": "OTHER"], in: Sample.image)
        #expect(evaluation.problems.count == 1 && evaluation.findings.isEmpty)
        #expect(evaluation.finalAction == .stop)
    }

    @Test("content_regex does not pass for a file that is there but whose content was not kept")
    func notKept() throws {
        let parameters: KeyValuePairs<String, String> = ["path": "/usr/bin/openssl", "regex": "x", "check": "match"]
        let evaluation = try Sample.evaluate("retrieved_files/content_regex", parameters, in: Sample.image)
        #expect(evaluation.problems.count == 1)
        #expect(evaluation.finalAction == .stop)
    }

    @Test(
        "name_match matches whole paths from their start, in order",
        arguments: [(#".*\.pem"#, 1), ("usr", 0), ("/usr/bin", 2)]
    )
    func nameMatch(regex: String, count: Int) throws {
        let found = try Sample.messages("files/name_match", ["regex": regex])
        #expect(found.count == count)
        #expect(found.allSatisfy { $0.hasSuffix(" regexp=\(regex)") })
    }

    @Test(
        "attribute_match fires where everything asked for holds",
        arguments: [
            (["filename": "/usr/bin/openssl", "mode": "00755"], "mode=0o755 op=equals specified_mode=0o755"),
            (["filename": "/usr/bin/openssl", "mode": "644"], nil),
            (
                ["filename": "/usr/bin/openssl", "mode": "644", "mode_op": "not_equals"],
                "mode=0o755 op=not_equals specified_mode=0o644"
            ),
            (["filename": "/usr/bin/openssl", "checksum": "11"], "checksum=11 op=equals specified_checksum=11"),
            (["filename": "/usr/bin/openssl", "checksum": "12"], nil),
            (
                ["filename": "/usr/bin/openssl", "checksum": "12", "checksum_match": "not_equals", "mode": "0755"],
                "checksum=11 op=not_equals specified_checksum=12 and mode=0o755 op=equals specified_mode=0o755"
            ),
            (["filename": "/usr/bin/openssl"], nil), (["filename": "/none"], nil),
            (["filename": "/none", "skip_missing": "false"], "skip_missing=False"),
            (["filename": "/usr", "checksum": "11"], nil),
            (
                ["filename": "/usr", "checksum": "11", "checksum_match": "not_equals"],
                "checksum=DIRECTORY_OR_OTHER op=not_equals specified_checksum=11"
            ),
        ] as [(KeyValuePairs<String, String>, String?)]
    )
    func attributes(parameters: KeyValuePairs<String, String>, part: String?) throws {
        let found = try Sample.messages("files/attribute_match", parameters)
        #expect(found == (part.map { ["filename=\(parameters[0].value) and \($0)"] } ?? []))
    }

    @Test("suid_or_guid_set names each such file with its whole mode")
    func setID() throws {
        #expect(
            try Sample.messages("files/suid_or_guid_set")
                == ["SUID or SGID found set on file /usr/bin/sudo. Mode: 0o104755"]
        )
        var image = Sample.image
        image.files = .collected(FileTable([FileFact(path: "/a", mode: 0o100777)]))
        #expect(try Sample.messages("files/suid_or_guid_set", in: image).isEmpty)
    }

    @Test("A checksum is not taken to be right where nothing was hashed")
    func noDigests() throws {
        var image = Sample.image
        image.files = .collected(FileTable([FileFact(path: "/a", mode: 0o100644)]))
        let evaluation = try Sample.evaluate(
            "files/attribute_match",
            ["filename": "/a", "checksum": "11", "checksum_match": "not_equals"],
            in: image
        )
        #expect(evaluation.problems.count == 1)
        #expect(evaluation.finalAction == .stop)
    }

    @Test("retrieved_files tells whether a file is there, once")
    func retrieved() throws {
        let trigger = "retrieved_files/content_not_available"
        #expect(try Sample.messages(trigger, ["path": "/etc/httpd.conf"]).isEmpty)
        #expect(try Sample.messages(trigger, ["path": "/x"]) == ["Cannot locate file in the image analysis"])
        #expect(try Sample.messages(trigger, ["path": "/x"], in: ImageFacts()).count == 1)
    }

    @Test(
        "content_regex looks at words and at lines",
        arguments: [
            ("SSLEngine", "match", true), ("SSLEngine", "no_match", false), ("Engine", "match", false),
            ("Engine", "no_match", true), (#"SSLEngine\s+on"#, "match", true), ("on$", "match", true),
            ("Server.*host", "match", true),
        ]
    )
    func retrievedContent(regex: String, check: String, fires: Bool) throws {
        let evaluation = try Sample.evaluate(
            "retrieved_files/content_regex",
            ["path": "/etc/httpd.conf", "regex": regex, "check": check],
            in: Sample.image
        )
        #expect(evaluation.findings.map(\.triggerID) == (fires ? ["rule-1+file:///etc/httpd.conf"] : []))
        let absent = try Sample.messages(
            "retrieved_files/content_regex",
            ["path": "/none", "regex": regex, "check": check]
        )
        #expect(absent.isEmpty)
    }

    @Test(
        "passwd_file looks at the fields of /etc/passwd",
        arguments: [
            ("blacklist_usernames", "user_names", "ftp,nobody", "user 'ftp'"),
            ("blacklist_usernames", "usernameblacklist", "ftp", "user 'ftp'"),
            ("blacklist_usernames", "user_names", "nobody", nil),
            ("blacklist_userids", "user_ids", "14,99", "uid '14'"),
            ("blacklist_userids", "useridblacklist", "14", "uid '14'"), ("blacklist_userids", "user_ids", "50", nil),
            ("blacklist_groupids", "group_ids", "50", "gid '50'"), ("blacklist_groupids", "group_ids", "14", nil),
            ("blacklist_shells", "shells", "/sbin/nologin", "shell '/sbin/nologin'"),
            ("blacklist_shells", "shells", "/bin/zsh", nil),
            (
                "blacklist_full_entry", "entry", " ftp:x:14:50:FTP User:/var/ftp:/sbin/nologin",
                "pentry 'ftp:x:14:50:FTP User:/var/ftp:/sbin/nologin'"
            ),
            ("blacklist_full_entry", "entry", "ftp:x:14:50", nil),
        ] as [(String, String, String, String?)]
    )
    func passwd(trigger: String, parameter: String, value: String, what: String?) throws {
        let found = try Sample.messages("passwd_file/\(trigger)", [parameter: value])
        let line = "ftp:x:14:50:FTP User:/var/ftp:/sbin/nologin"
        #expect(found == (what.map { ["Blacklisted \($0) found in image's /etc/passwd: pentry=\(line)"] } ?? []))
    }

    @Test("passwd_file says where there is no /etc/passwd, and only there")
    func noPasswd() throws {
        #expect(try Sample.messages("passwd_file/content_not_available").isEmpty)
        let message = "Cannot locate /etc/passwd in image stored files archive: check analyzer settings."
        var image = ImageFacts()
        #expect(try Sample.messages("passwd_file/content_not_available", in: image) == [message])
        image.passwdEntries = .collected([])
        #expect(try Sample.messages("passwd_file/content_not_available", in: image) == [message])
        #expect(try Sample.messages("passwd_file/blacklist_userids", ["user_ids": "0"], in: image).isEmpty)
    }

    @Test(
        "content_regex_checks finds secrets by name and place, without telling them",
        arguments: [
            ([:], ["/root/.aws/credentials", "/root/id_rsa"]), (["content_regex_name": "PRIV_KEY"], ["/root/id_rsa"]),
            (["content_regex_name": "API_KEY"], []), (["filename_regex": "/root/[.]"], ["/root/.aws/credentials"]),
            (
                ["content_regex_name": "AWS_ACCESS_KEY,PRIV_KEY", "match_type": "found"],
                ["/root/.aws/credentials", "/root/id_rsa"]
            ),
        ] as [(KeyValuePairs<String, String>, [String])]
    )
    func secrets(parameters: KeyValuePairs<String, String>, paths: [String]) throws {
        let found = try Sample.messages("secret_scans/content_regex_checks", parameters)
        #expect(found.count == paths.count)
        for (message, path) in zip(found, paths) {
            #expect(
                message.hasPrefix(
                    "Secret content search analyzer found regexp match in container: file=\(path) regexp="
                )
            )
        }
    }

    @Test("content_regex_checks fires once where nothing was found, if asked to")
    func noSecrets() throws {
        let trigger = "secret_scans/content_regex_checks"
        #expect(
            try Sample.messages(trigger, ["content_regex_name": "API_KEY", "match_type": "notfound"])
                == [
                    "Secret content search analyzer did not find regexp match in container: "
                        + "filename_regex=* content_regex_name=API_KEY"
                ]
        )
        #expect(try Sample.messages(trigger, ["filename_regex": "/etc/.*", "match_type": "notfound"]).count == 1)
        #expect(try Sample.messages(trigger, ["match_type": "notfound"]).isEmpty)
    }
}
