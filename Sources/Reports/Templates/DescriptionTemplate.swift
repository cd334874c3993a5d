/// The page that describes the API.
enum DescriptionTemplate {
    static let page = """
        {{% CONTENT_TYPE:REPORT_HTML}}{{> head}}
        <header>
        <div class="brand">Tallyman</div>
        <h1>{{title}}</h1>
        <p class="soft">{{introduction}}</p>
        <p>The same for programs: <a href="/v2/openapi.json">openapi.json</a>, <a href="/v2/openapi.yaml">openapi.yaml</a>.</p>
        <nav aria-label="Topics"><ul>{{#topics}}<li><a href="#{{id}}">{{name}}</a></li>{{/topics}}</ul></nav>
        </header>
        <main>
        {{#topics}}
        <section id="{{id}}"><h2>{{name}}</h2>
        {{#operations}}
        <h3 id="{{id}}"><code>{{method}} {{path}}</code></h3>
        <p>{{summary}}. {{text}}</p>
        {{#hasParameters}}
        <div class="scroll" tabindex="0" role="region" aria-label="Parameters of {{id}}">
        <table><caption>{{caption}}</caption>
        <thead><tr><th scope="col">Name</th><th scope="col">Where</th><th scope="col">What it is</th><th scope="col">What it does</th></tr></thead>
        <tbody>
        {{#parameters}}
        <tr><th scope="row"><code>{{name}}</code></th><td>{{place}}</td><td>{{kind}}</td><td>{{text}}</td></tr>
        {{/parameters}}
        </tbody></table></div>
        {{/hasParameters}}
        <p class="small soft">Answers: {{answers}}. Problems: {{problems}}.</p>
        {{/operations}}
        </section>
        {{/topics}}
        </main>
        {{> foot}}
        """
}
