import Catalogers
import ScanModel
import Testing

@Suite("Python's lock files and requirements")
struct PythonDeclaredTests {
    @Test(
        "Of a requirement only one exact version counts",
        arguments: [
            ("flask==4.0.0", "flask 4.0.0"), ("  Dots-._Allowed === 1.0 # why", "dots-allowed 1.0"),
            ("celery[redis, pytest] == 4.4.7 # comment", "celery 4.4.7"),
            ("foo == 1!2.0.post1+local_1", "foo 1!2.0.post1+local_1"),
            (#"a==1.0;python_version<"3.6" and x == "y""#, "a 1.0"), ("a==1.0 --hash=sha256:abc", "a 1.0"),
            ("a (==1.0)", "a 1.0"), ("a==1.0,<2", nil), ("a==1.0, !=2", nil), ("a==2.8.*", nil), ("a>=1", nil),
            ("a~=1.0", nil), ("a!=1.0", nil), ("a", nil), ("a @ https://host/a-1.0.zip", nil), ("{{ a }}==1", nil),
            ("a==", nil), ("a== --config-settings x", nil), ("a==-1", nil), ("==1", nil), ("a[x==1", nil),
            ("https://host/a==1.zip", nil), ("./a==1", nil),
        ]
    )
    func requirement(line: String, expected: String?) throws {
        let found = try declare("requirements.txt", line + "\n")
        #expect(found.names == [expected].compactMap(\.self))
        #expect(found.problems.isEmpty == (expected != nil))
    }

    @Test("Options, comments and blank lines say nothing; continued lines are one; UTF-16 is read")
    func requirementLines() throws {
        let text =
            "# x==1\n\n-r other.txt\n-e git+https://host/x#egg=x==1\n--index-url https://host\na==1.0 \\\n  --hash=sha256:x \\\n  --hash=sha256:y\nb== \\\n2.0"
        #expect(try declare("dev/requirements-dev.txt", text).names == ["a 1.0", "b 2.0"])
        #expect(try declare("1-Requirements.TXT", text).problems == [])
        let wide: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(try declare("requirements.txt", wide).names == ["a 1.0", "b 2.0"])
    }

    @Test(
        "A line is joined with the next as it stands, blanks and all, and a comment ends it",
        arguments: [
            ("a==1.0\\\n    --hash=sha256:x\\\n    --hash=sha256:y\nb==2.0\n", ["a 1.0", "b 2.0"]),
            ("a==1.0\\\r\n\t--hash=sha256:x\r\nb==2.0\r\n", ["a 1.0", "b 2.0"]),
            ("a==1\\\n.5\n", ["a 1.5"]), ("a==1.0 # why \\\n--hash=sha256:x\nb==2.0\n", ["a 1.0", "b 2.0"]),
            ("a==1.0\\\n  # why \\\nb==2.0\\", ["a 1.0", "b 2.0"]), ("# why \\\na==1.0\n", ["a 1.0"]),
        ]
    )
    func continuedLines(text: String, expected: [String]) throws {
        let found = try declare("requirements.txt", text)
        #expect(found.names == expected)
        #expect(found.problems == [])
    }

    @Test("Literal pins of a setup.py, quoted or on lines of their own")
    func setup() throws {
        let found = try declare(
            "setup.py",
            """
            setup(name="x", version="1.0", install_requires=[
              "py>=1.5.0", 'pathlib3==2.2.0;python_version<"3.6"', " mypy2 == v0.770", ' mypy3== v0.770', "a-b[c]==1.0",
              "t==%s" % v, f"u=={v}", 'colorama;sys_platform=="win32"', "w==1.*", "two==1,<2",
            ] + \"\"\"
            django==4.2.23
            CairoSVG==2.7.1
            \"\"\".split())
            if __name__ == "__main__":
                assert x == y
            """
        )
        #expect(
            found.names == [
                "pathlib3 2.2.0", "mypy2 v0.770", "mypy3 v0.770", "a-b 1.0", "django 4.2.23", "cairosvg 2.7.1",
            ]
        )
        #expect(found.problems == [])
    }

    @Test(
        "Locks in TOML give a package for each table",
        arguments: [
            ("poetry.lock", "package", "category = \"dev\"\n[package.dependencies]\nversion = \"9\""),
            ("pdm.lock", "package", "extras = [\"x\"]"),
            ("uv.lock", "package", "source = { registry = \"https://host\" }"),
            ("tool.py.lock", "package", ""), ("pylock.toml", "packages", "index = \"https://host\""),
            ("pylock.dev.toml", "packages", ""),
        ]
    )
    func toml(name: String, key: String, more: String) throws {
        let text =
            "version = 1\n[[\(key)]]\nname = \"Foo_Bar\"\nversion = \"1.0\"\n\(more)\n[[\(key)]]\nname = \"foo-bar\"\nversion = \"1.0\"\n[[\(key)]]\nname = \"b\"\nversion = \"2.0\"\n"
        let found = try declare(name, text)
        #expect(found.names == ["foo-bar 1.0", "b 2.0"])
        #expect(found.problems == [])
    }

    @Test("A project without a version of its own is no gap, another package without one is")
    func versions() throws {
        let found = try declare(
            "uv.lock",
            "[[package]]\nname = \"me\"\nsource = { editable = \".\" }\n[[package]]\nname = \"a\"\n[[package]]\nname = 7\nversion = \"1\"\n"
        )
        #expect(found.names == [])
        #expect(found.problems == ["2 records without a sound name and version"])
    }

    @Test("A damaged table of a lock costs that table")
    func damagedTable() throws {
        let found = try declare(
            "poetry.lock",
            "[[package]]\nname = \"a\"\nversion = \"1\"\n[[package]]\nname = \"b\nversion = \"1\"\n[[package]]\nname = \"c\"\nversion = \"1\"\n"
        )
        #expect(found.names == ["a 1", "c 1"])
        #expect(found.problems.count == 2)
    }

    @Test("Pipenv: the default group counts, and a package from a repository has no version")
    func pipenv() throws {
        let found = try declare(
            "Pipfile.lock",
            #"{"_meta": {}, "default": {"Flask": {"version": "==1.0"}, "g": {"git": "https://host/g"}}, "develop": {"d": {"version": "==1"}}}"#
        )
        #expect(found.names == ["flask 1.0"])
        #expect(found.problems.count == 1)
    }

    @Test(
        "Pipenv: only an exact pin is a version",
        arguments: [
            ("==1.0", "1.0"), ("===1.2", "1.2"), ("== 1.0.post1", "1.0.post1"), ("==1!2.0+local", "1!2.0+local"),
            ("1.0", "1.0"), ("*", nil), (">=1.0", nil), ("~=1.0", nil), ("==1.*", nil), ("==1.0,<2", nil), ("==", nil),
            ("", nil),
        ]
    )
    func pins(specifier: String, version: String?) throws {
        let found = try declare("Pipfile.lock", #"{"default": {"a": {"version": "\#(specifier)"}}}"#)
        #expect(found.names == (version.map { ["a \($0)"] } ?? []))
        #expect(found.problems.count == (version == nil ? 1 : 0))
    }
}
