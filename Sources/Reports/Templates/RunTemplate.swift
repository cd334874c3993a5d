/// The page `run.html`.
enum RunTemplate {
    static let page = """
        {{% CONTENT_TYPE:REPORT_HTML}}{{> head}}
        <header>
        <div class="brand">Tallyman</div>
        <h1>Run {{run}}</h1>
        <p><span class="tag o-{{state}}">{{state}}</span> <span class="soft">{{reason}}</span></p>
        <nav aria-label="Pages"><ul><li><a href="report.html">Fleet report</a></li></ul></nav>
        {{> alerts}}
        </header>
        <main>
        {{> cards}}
        {{#groups}}
        <section><h2>{{heading}}</h2>
        <dl class="facts">
        {{#facts}}<dt>{{name}}</dt><dd>{{value}}</dd>
        {{/facts}}
        </dl></section>
        {{/groups}}
        {{> advisories}}
        </main>
        {{> foot}}
        """
}
