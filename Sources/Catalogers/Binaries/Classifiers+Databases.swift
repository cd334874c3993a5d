extension BinaryClassifier {
    /// Databases and stores, by their servers or, as packages of MySQL's family are split, their clients.
    static let databases: [BinaryClassifier] = [
        BinaryClassifier(
            // One program under several names, which Debian and Ubuntu link to that of the first.
            .program("redis-check-rdb"),
            .program("redis-check-aof"),
            .program("redis-sentinel"),
            .program("redis-server"),
            is: "redis",
            // Behind the version stand the name of the machine that built it and a time.
            [.one(.notDigit), .version(.three), "buildkitsandbox-", .one(.digit)],
            [.one(.notDigit), .version(.broken), .run(.word, 12...12), "-", .one(.digit)],
            ["Redis version ", .version(.three)],
            // A build that hides its machine's name; what follows is the next text of the same report.
            ["\0", .version(.three), "\0c11-builtin"],
            ["\0", .version(.three), "\0atomic-builtin"],
            ["\0", .version(.three), "\0sync-builtin"]
        ),
        BinaryClassifier(
            .program("valkey-server"),
            is: "valkey",
            [.one(.notDigit), .version(.three), "buildkitsandbox-", .one(.digit)]
        ),
        BinaryClassifier(
            .program("keydb-server"),
            is: "keydb",
            [.one(.notDigit), .version(.three), "buildkitsandbox-", .one(.digit)],
            [.one(.notDigit), .version(.broken), .run(.word, 12...12), "-", .one(.digit)],
            evidence: ["KeyDB"]
        ),
        BinaryClassifier(.program("memcached"), is: "memcached", ["memcached ", .version(.three)]),
        BinaryClassifier(
            .program("postgres"),
            is: "postgresql",
            ["\0PostgreSQL ", .version(.oneToThree)],
            ["?PostgreSQL ", .version(.oneToThree)]
        ),
        BinaryClassifier(
            .program("mysql"),
            is: "mysql",
            ["\0", .version(.oneToThree), .zeros, "mysql"],
            ["/mysql-", .version(.oneToThree)]
        ),
        BinaryClassifier(.program("mysql"), is: "percona-server", ["/percona-server-", .version(.three)]),
        BinaryClassifier(
            .program("mysql"),
            is: "percona-xtradb-cluster",
            ["/Percona-XtraDB-Cluster-", .version(.three)]
        ),
        BinaryClassifier(
            .program("xtrabackup"),
            is: "percona-xtrabackup",
            ["/percona-xtrabackup-", .version(.three)]
        ),
        BinaryClassifier(
            .program("mariadb"),
            .program("mariadbd"),
            .program("mysql"),
            is: "mariadb",
            [.version(.oneToThree), "-MariaDB"],
            ["/mariadb-", .version(.oneToThree), "-"],
            ["\0mariadb-", .version(.oneToThree), "-"]
        ),
        // Old releases of MySQL Cluster have two versions, that of the server first: 5.7.33-ndb-7.5.21.
        BinaryClassifier(
            .program("mysqld"),
            is: "mysql-server",
            ["cluster-gpl\0", .version(.oneToThree), "-ndb-", .number(.oneToThree)]
        ),
        BinaryClassifier(
            [.program("mysqld")],
            [
                Finding("mysql-cluster", [["cluster-gpl\0", .number(.oneToThree), "-ndb-", .version(.oneToThree)]]),
                Finding("mysql-cluster", [.mysqlCluster]),
                Finding("mysql-server", [["/mysql-", .version(.oneToThree), "/"]]),
            ]
        ),
        BinaryClassifier(
            .program("ndbd"),
            .program("ndbmtd"),
            .program("ndb_mgmd"),
            is: "mysql-cluster",
            .mysqlCluster
        ),
        BinaryClassifier(
            .program("arangosh"),
            is: "arangodb",
            [.version(VersionShape(numbers: 3...3, endings: ["-#"])), " ", .optional("enterprise "), "[linux]"]
        ),
        BinaryClassifier(
            .program("mongod"),
            is: "mongodb",
            [.version(.three), "\0tcmalloc"],
            [.version(.three), .zeros, "heap_size"],
            [.version(.three), .zeros, "cppdefines"]
        ),
        BinaryClassifier(
            .program("sqlcipher"),
            is: "sqlcipher",
            [.one(.notDigit), "\0", .version(.three), "\0"],
            evidence: ["sqlcipher_", "SQLCipher"]
        ),
    ]
}

extension BinaryPattern {
    fileprivate static let mysqlCluster: BinaryPattern = ["/mysql-cluster-gpl-", .version(.oneToThree), "/"]
}
