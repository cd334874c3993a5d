/// The groupIds of publishers whose archives carry no Maven metadata, such as those built with Gradle or Ant.
enum KnownMavenGroups {
    private static let exact: [String: String] = {
        var groups: [String: String] = [
            "ant": "org.apache.ant", "kafka-clients": "org.apache.kafka", "elasticsearch": "org.elasticsearch",
            "groovy": "org.codehaus.groovy", "groovy-all": "org.codehaus.groovy", "okio": "com.squareup.okio",
            "okhttp": "com.squareup.okhttp3", "graphql-java": "com.graphql-java", "minio": "io.minio",
            "commons-logging": "commons-logging", "commons-codec": "commons-codec", "xalan": "xalan",
            "lz4-java": "org.lz4", "velocity": "org.apache.velocity", "velocity-tools": "org.apache.velocity",
            "httpclient": "org.apache.httpcomponents", "httpcore": "org.apache.httpcomponents",
            "commons-jelly": "commons-jelly", "spring-ws-core": "org.springframework.ws",
            "spring-kafka": "org.springframework.kafka", "spring-graphql": "org.springframework.graphql",
            "spring-hateoas": "org.springframework.hateoas", "spring-amqp": "org.springframework.amqp",
            "spring-rabbit": "org.springframework.amqp", "spring-vault-core": "org.springframework.vault",
            "reactor-netty": "io.projectreactor.netty", "reactor-netty-core": "io.projectreactor.netty",
            "reactor-netty-http": "io.projectreactor.netty",
        ]
        let framework = [
            "aop", "aspects", "beans", "context", "context-indexer", "context-support", "core", "core-test",
            "expression", "instrument", "instrument-tomcat", "jcl", "jdbc", "jms", "messaging", "orm", "oxm", "r2dbc",
            "struts", "test", "tx", "web", "webflux", "webmvc", "webmvc-portlet", "websocket",
        ]
        for module in framework { groups["spring-\(module)"] = "org.springframework" }
        for module in ["core-asl", "mapper-asl", "jaxrs", "mrbean", "smile", "xc"] {
            groups["jackson-\(module)"] = "org.codehaus.jackson"
        }
        for module in ["catalina", "coyote", "jasper", "juli", "tribes", "util", "util-scan", "websocket", "jdbc"] {
            groups["tomcat-\(module)"] = "org.apache.tomcat"
        }
        return groups
    }()

    /// Longer prefixes come first where one contains another.
    private static let prefixes: [(String, String)] = [
        ("spring-boot-", "org.springframework.boot"),
        ("spring-cloud-", "org.springframework.cloud"),
        ("spring-data-", "org.springframework.data"),
        ("spring-integration-", "org.springframework.integration"),
        ("spring-batch-", "org.springframework.batch"),
        ("spring-session-", "org.springframework.session"),
        ("spring-security-oauth", "org.springframework.security.oauth"),
        ("spring-security-kerberos-", "org.springframework.security.kerberos"),
        ("spring-security-", "org.springframework.security"),
        ("spring-ldap-", "org.springframework.ldap"),
        ("tomcat-embed-", "org.apache.tomcat.embed"),
        ("bcprov-", "org.bouncycastle"), ("bcpkix-", "org.bouncycastle"), ("bcpg-", "org.bouncycastle"),
        ("bcmail-", "org.bouncycastle"), ("bctls-", "org.bouncycastle"), ("bcutil-", "org.bouncycastle"),
        ("bc-fips", "org.bouncycastle"), ("bctsp-", "org.bouncycastle"), ("bcjmail-", "org.bouncycastle"),
        ("kafka_", "org.apache.kafka"), ("kafka-streams", "org.apache.kafka"), ("connect-", "org.apache.kafka"),
        ("elasticsearch-rest-", "org.elasticsearch.client"), ("elasticsearch-", "org.elasticsearch"),
        ("geode-", "org.apache.geode"), ("tapestry-", "org.apache.tapestry"), ("groovy-", "org.codehaus.groovy"),
        ("ant-", "org.apache.ant"), ("ratpack-", "io.ratpack"), ("commons-jelly-", "commons-jelly"),
        ("graphql-java-", "com.graphql-java"), ("cassandra-", "org.apache.cassandra"),
    ]

    static func group(of artifactID: String) -> String? {
        if let group = exact[artifactID] { return group }
        if artifactID == "spring-boot" { return "org.springframework.boot" }
        return prefixes.first { artifactID.hasPrefix($0.0) }?.1
    }
}
