namespace SimilarityCluster.Cli.Demo.Reporting;

/// <summary>How the report looks.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet; it needs nothing from elsewhere.</summary>
    public const string Css = """
        :root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #1c2330; --soft: #667085;
          --line: #e3e6ec; --right: #15924b; --wrong: #d4351c; --bar: #4667d8; --faint: #b9c3de; }
        @media (prefers-color-scheme: dark) { :root { --ground: #12151c; --card: #1b202b; --ink: #e8ebf2;
          --soft: #98a2b6; --line: #2c3342; --right: #35c274; --wrong: #ff6b52; --bar: #7b95f5;
          --faint: #465070; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink);
          font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 36px 24px 64px; }
        h1 { font-size: 26px; margin: 0 0 4px; letter-spacing: -.01em; }
        h2 { font-size: 18px; margin: 36px 0 10px; }
        p { margin: 0 0 14px; color: var(--soft); max-width: 75ch; }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px;
          margin: 22px 0; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px;
          padding: 14px 16px; }
        .card b { display: block; font-size: 23px; font-weight: 650; font-variant-numeric: tabular-nums; }
        .card span { color: var(--soft); font-size: 13px; }
        table { border-collapse: collapse; width: 100%; background: var(--card);
          border: 1px solid var(--line); border-radius: 12px; overflow: hidden;
          font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: 7px 14px; border-top: 1px solid var(--line); }
        thead th { border-top: 0; color: var(--soft); font-weight: 600; font-size: 13px; }
        tbody th { font-weight: 600; }
        .bar { display: inline-block; width: 150px; height: 8px; border-radius: 4px; background: var(--line);
          vertical-align: middle; margin-right: 10px; overflow: hidden; }
        .bar i { display: block; height: 100%; background: var(--bar); }
        .bar.before i { background: var(--faint); }
        .new { font-size: 12px; font-weight: 600; color: var(--bar); margin-left: 6px; }
        .row { display: flex; align-items: flex-start; gap: 14px; background: var(--card); margin-bottom: 8px;
          border: 1px solid var(--line); border-left: 4px solid var(--right); border-radius: 10px;
          padding: 10px 14px; }
        .row.wrong { border-left-color: var(--wrong); }
        .query { flex: 0 0 auto; width: 96px; }
        .verdict { flex: 0 0 118px; align-self: center; font-size: 13px; overflow-wrap: anywhere; }
        .verdict b { display: block; color: var(--right); }
        .wrong .verdict b { color: var(--wrong); }
        .verdict span { color: var(--soft); }
        .neighbours { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 8px; flex: 1;
          min-width: 0; }
        .picture { aspect-ratio: 1; width: 100%; background: var(--line) center / cover no-repeat;
          border-radius: 6px; }
        figure { margin: 0; min-width: 0; }
        .neighbours .picture { border: 3px solid var(--wrong); }
        .neighbours .same .picture { border-color: var(--right); }
        figcaption { font-size: 11px; color: var(--soft); text-align: center; margin-top: 3px;
          overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .same figcaption { color: var(--right); }
        @media (max-width: 800px) { .row { flex-wrap: wrap; } .neighbours { flex-basis: 100%;
          grid-template-columns: repeat(5, minmax(0, 1fr)); } .bar { width: 70px; } }
        """;
}
