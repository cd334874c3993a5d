/// The style sheet of every page: light and dark, screen and paper, no font or picture from elsewhere.
enum PageStyle {
    static let css = """
        :root{--bg:#f6f7f9;--card:#fff;--ink:#1a2230;--soft:#5b6678;--line:#dfe3ea;--accent:#2456c9;--accent-soft:#e8eefb;
        --critical:#9b1c4b;--high:#d1372f;--medium:#e08a1e;--low:#3c82c4;--negligible:#8a97a8;--unknown:#b6becb;
        --good:#1f7a4d;--warn-bg:#fff5e0;--warn-ink:#7a4b00;--bad-bg:#fdeaea;--bad-ink:#8f1d1d}
        @media (prefers-color-scheme:dark){:root{--bg:#11151c;--card:#1a202b;--ink:#e6eaf1;--soft:#9aa6b8;--line:#2c3544;
        --accent:#8fb2ff;--accent-soft:#22304d;--critical:#e0558d;--high:#f0645b;--medium:#f0a746;--low:#62a7e8;
        --negligible:#75839a;--unknown:#566276;--good:#4fc088;--warn-bg:#3a2e14;--warn-ink:#f3cf8a;--bad-bg:#431f22;--bad-ink:#ffb3b0}}
        *{box-sizing:border-box}
        html{color-scheme:light dark;-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
        "Helvetica Neue",Arial,sans-serif}
        a{color:var(--accent);text-decoration:none}
        a:hover,a:focus-visible{text-decoration:underline}
        code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em;
        overflow-wrap:anywhere}
        header,main,footer{max-width:1280px;margin:0 auto;padding:0 24px}
        header{padding-top:28px;padding-bottom:4px}
        .brand{font-size:12px;font-weight:700;letter-spacing:.12em;text-transform:uppercase;color:var(--accent)}
        h1{margin:2px 0 4px;font-size:28px;line-height:1.2;letter-spacing:-.01em}
        h2{margin:0 0 4px;font-size:18px;line-height:1.3}
        h3{margin:18px 0 6px;font-size:15px}
        p{margin:0 0 8px}
        .soft{color:var(--soft)}
        .small{font-size:13px}
        nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;margin:12px 0 0;padding:0;list-style:none;font-size:14px}
        section{margin:20px 0;padding:20px 22px;background:var(--card);border:1px solid var(--line);border-radius:10px}
        .alert{margin:16px 0 0;padding:11px 16px;border-radius:8px;border-left:5px solid}
        .alert.bad{background:var(--bad-bg);color:var(--bad-ink);border-color:var(--high)}
        .alert.warn{background:var(--warn-bg);color:var(--warn-ink);border-color:var(--medium)}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:14px;margin:20px 0;padding:0;list-style:none}
        .cards li{padding:14px 18px;background:var(--card);border:1px solid var(--line);border-top:4px solid var(--accent);
        border-radius:10px}
        .cards .name{display:block;font-size:13px;color:var(--soft)}
        .cards .figure{display:block;font-size:27px;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
        .cards .note{display:block;font-size:12.5px;color:var(--soft)}
        .cards .t-critical{border-top-color:var(--critical)}.cards .t-high{border-top-color:var(--high)}
        .cards .t-good{border-top-color:var(--good)}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:20px;margin:20px 0}
        .charts section{margin:0}
        .chart{display:block;width:100%;max-width:700px;height:auto;margin-top:8px}
        .c-label{fill:var(--soft);font-size:13px}.c-figure{fill:var(--ink);font-size:13px;font-weight:600}
        .f-critical{fill:var(--critical)}.f-high{fill:var(--high)}.f-medium{fill:var(--medium)}.f-low{fill:var(--low)}
        .f-negligible{fill:var(--negligible)}.f-unknown{fill:var(--unknown)}.f-good{fill:var(--good)}.f-accent{fill:var(--accent)}
        .legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin:8px 0 0;padding:0;list-style:none;font-size:12.5px;color:var(--soft)}
        .legend i{display:inline-block;width:10px;height:10px;margin-right:6px;border-radius:2px}
        .b-critical{background:var(--critical)}.b-high{background:var(--high)}.b-medium{background:var(--medium)}
        .b-low{background:var(--low)}.b-negligible{background:var(--negligible)}.b-unknown{background:var(--unknown)}
        .scroll{overflow-x:auto;margin-top:8px}
        .scroll:focus-visible{outline:2px solid var(--accent)}
        table{width:100%;border-collapse:collapse;font-size:13.5px}
        caption{padding:2px 0 6px;text-align:left;color:var(--soft);font-size:13px}
        th,td{padding:6px 10px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
        th{font-size:12px;font-weight:650;color:var(--soft);white-space:nowrap}
        tbody th{font-size:13.5px;font-weight:500;color:inherit;white-space:normal}
        tbody tr:hover{background:var(--accent-soft)}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .zero{color:var(--soft);opacity:.55}
        .id{white-space:nowrap;font-weight:600}.id .small{font-weight:400}.day{white-space:nowrap}
        .tag{display:inline-block;padding:0 8px;border-radius:10px;font-size:12px;line-height:19px;font-weight:600;white-space:nowrap;
        border:1px solid currentColor}
        .s-critical{color:#fff;background:var(--critical);border-color:var(--critical)}
        .s-high{color:#fff;background:var(--high);border-color:var(--high)}
        .s-medium{color:#241500;background:var(--medium);border-color:var(--medium)}
        .s-low{color:var(--low)}.s-negligible,.s-unknown{color:var(--soft)}
        .s-kev{color:var(--critical)}
        .o-analysed,.o-reused,.o-done{color:var(--good)}.o-failed{color:var(--high)}.o-unsupported,.o-stale,.o-running{color:var(--medium)}
        .o-gone,.o-cancelled{color:var(--soft)}
        .fix{color:var(--good)}
        .clip{max-width:34em}
        input[type=search]{width:min(100%,340px);margin:8px 0 0;padding:7px 11px;color:inherit;background:var(--bg);
        border:1px solid var(--line);border-radius:7px;font:inherit;font-size:14px}
        button{padding:7px 14px;color:var(--card);background:var(--accent);border:0;border-radius:7px;font:inherit;font-size:14px}
        details summary{cursor:pointer;font-weight:600;font-size:15px;margin-top:14px}
        .pager{display:flex;gap:18px;align-items:center;margin-top:12px;font-size:14px}
        dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 22px;margin:8px 0 0}
        dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;font-variant-numeric:tabular-nums}
        footer{padding-top:4px;padding-bottom:36px;font-size:13px;color:var(--soft)}
        @media print{:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--accent:#1d3f91;--accent-soft:#fff;
        --critical:#9b1c4b;--high:#d1372f;--medium:#e08a1e;--low:#3c82c4;--negligible:#8a97a8;--unknown:#b6becb;--good:#1f7a4d;
        --warn-bg:#fff;--warn-ink:#000;--bad-bg:#fff;--bad-ink:#000}
        body{font-size:10pt}nav,input[type=search],button,.pager{display:none}
        header,main,footer{max-width:none;padding:0}section{border:0;padding:0;margin:14pt 0}
        .scroll{overflow:visible}table{font-size:8pt}thead{display:table-header-group}tr,.cards li,.charts section{break-inside:avoid}
        *{-webkit-print-color-adjust:exact;print-color-adjust:exact}a{color:inherit}}
        """
}
