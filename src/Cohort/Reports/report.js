(() => {
  'use strict';
  const dashes = ['solid', 'dash', 'dot', 'dashdot', 'longdash'];
  const symbols = ['circle', 'square', 'triangle-up', 'diamond', 'triangle-down', 'x-thin-open'];
  const few = 40;
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const figures = new Map();

  // Plotly reads tags, links, entities and %{templates} in text; a name is to be read as it is.
  const plain = text => text.replace(/[&<>%$]/g, sign => `&#${sign.charCodeAt(0)};`);
  const short = (text, most) => plain([...text].length > most ? [...text].slice(0, most - 1).join('') + '…' : text);

  function palette() {
    const style = getComputedStyle(root);
    const colour = name => style.getPropertyValue(`--${name}`).trim();
    return {
      ink: colour('ink'), soft: colour('soft'), grid: colour('grid'), line: colour('line'), card: colour('card'),
      series: index => colour(`c${index % 6}`), font: getComputedStyle(document.body).fontFamily,
    };
  }

  const faint = (colour, opacity) => {
    const [red, green, blue] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
    return `rgba(${red},${green},${blue},${opacity})`;
  };

  // One closed outline for each stretch of points with both ends.
  function band(series, colours) {
    const outline = { x: [], y: [] };
    let stretch = [];
    const close = () => {
      if (stretch.length > 1) {
        const back = [...stretch].reverse();
        outline.x.push(...stretch.map(i => series.x[i]), ...back.map(i => series.x[i]), null);
        outline.y.push(...stretch.map(i => series.high[i]), ...back.map(i => series.low[i]), null);
      }
      stretch = [];
    };
    series.x.forEach((_, i) => {
      if (series.y[i] === null || series.low[i] === null || series.high[i] === null) close();
      else stretch.push(i);
    });
    close();
    return {
      ...outline, type: 'scatter', mode: 'lines', fill: 'toself', fillcolor: faint(colours.series(series.colour), .18),
      line: { width: 0 }, hoverinfo: 'skip',
    };
  }

  // Points of the same category stand side by side.
  function places(chart, series, index) {
    const beside = chart.series.filter(other => other.mark === 'point').length;
    const shift = series.mark === 'point' && chart.categories.length > 0 ? (index - (beside - 1) / 2) * Math.min(.14, .7 / beside) : 0;
    return shift === 0 ? series.x : series.x.map(x => x + shift);
  }

  function traces(chart, series, index, colours) {
    const colour = colours.series(series.colour);
    const ends = series.low ? series.x.map((_, i) => series.low[i] === null ? '' : ` [${digits(series.low[i])}, ${digits(series.high[i])}]`) : null;
    const trace = {
      x: places(chart, series, index), y: series.y, name: short(series.name, 32),
      customdata: ends ?? undefined,
      hovertemplate: `%{y:.4~g}${ends ? '%{customdata}' : ''}<extra>${short(series.name, 32)}</extra>`,
    };
    const bars = ends && series.mark !== 'line' ? {
      type: 'data', symmetric: false, color: series.mark === 'bar' ? colours.ink : colour, thickness: 1.5, width: 4,
      array: series.y.map((y, i) => series.high[i] === null ? 0 : series.high[i] - y),
      arrayminus: series.y.map((y, i) => series.low[i] === null ? 0 : y - series.low[i]),
    } : undefined;
    if (series.mark === 'bar')
      return [{ ...trace, type: 'bar', error_y: bars, marker: { color: colour, line: { color: colours.card, width: 1 } } }];
    const marker = { color: colour, size: 6, symbol: symbols[series.colour % 6], line: { color: colour, width: 1.5 } };
    if (series.mark === 'point')
      return [{ ...trace, type: 'scatter', mode: 'markers', error_y: bars, marker: { ...marker, size: 8 } }];
    const sparse = series.y.filter(y => y !== null).length <= few;
    const line = {
      ...trace, type: 'scatter', mode: 'lines+markers', line: { color: colour, width: sparse ? 2 : 1.5, dash: dashes[series.stroke % 5] },
      marker: { ...marker, maxdisplayed: sparse ? 0 : 6 },
    };
    return ends ? [band(series, colours), line] : [line];
  }

  const digits = number => String(Number(number.toPrecision(4)));

  // A logarithmic axis is labelled at powers of ten, unless it has room for less than two.
  function decades(numbers) {
    const logs = numbers.filter(number => number > 0).map(Math.log10);
    const span = Math.max(...logs) - Math.min(...logs);
    return span > 1.5 ? { dtick: Math.ceil(span / 6) } : {};
  }

  function axis(label, log, colours) {
    return {
      ...(log ? decades(log) : {}),
      title: { text: plain(label), font: { size: 11.5 }, standoff: 8 }, type: log ? 'log' : 'linear', automargin: true, exponentformat: 'SI',
      gridcolor: colours.grid, linecolor: colours.line, zerolinecolor: colours.line, tickfont: { size: 11 }, nticks: 6, fixedrange: false,
    };
  }

  // Words in lines of so many characters; a longer word stands alone.
  const lines = (text, most) => text.split(' ').reduce(([line, ...above], word) =>
    line && line.length + word.length < most ? [`${line} ${word}`, ...above] : [word, ...(line ? [line] : []), ...above], ['']).reverse();

  // Every category has its name: in up to three lines where there is room for them, else upright.
  function names(categories, width) {
    const room = Math.floor((width - 60) / categories.length / 6.5);
    const wrapped = categories.map(name => lines(name, room));
    const fit = wrapped.every(name => name.length <= 3 && name.every(line => line.length <= room));
    return {
      tickvals: categories.map((_, i) => i), tickangle: fit ? 0 : -90, range: [-.5, categories.length - .5],
      ticktext: categories.map((name, i) => fit ? wrapped[i].map(plain).join('<br>') : short(name, 20)),
    };
  }

  function layout(chart, colours, width) {
    const numbers = chart.series.flatMap(series => series.y).filter(y => y !== null).map(Math.abs);
    const tiny = Math.max(...numbers) < 1e-3;
    const abscissas = chart.series.flatMap(series => series.x);
    const x = { ...axis(chart.xLabel, chart.logX && abscissas, colours), showgrid: false, zeroline: false, showline: true, ticks: 'outside', tickcolor: colours.line, hoverformat: ',.6~g' };
    if (chart.categories.length > 0) Object.assign(x, names(chart.categories, width));
    const y = { ...axis(chart.yLabel, chart.logY && numbers, colours), exponentformat: tiny ? 'e' : 'SI', autorangeoptions: {} };
    if (chart.fromZero && !chart.logY) y.autorangeoptions.include = [0];
    if (chart.floor !== undefined) y.autorangeoptions.clipmin = chart.floor;
    return {
      width, height: 264, margin: { l: 8, r: 10, t: 10, b: 8 }, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
      font: { family: colours.font, size: 12, color: colours.soft }, showlegend: false, barmode: 'group', bargap: .25,
      hovermode: chart.categories.length === 0 && chart.series.length > 1 && chart.series.length <= 8 ? 'x unified' : 'closest',
      hoverlabel: { bgcolor: colours.card, bordercolor: colours.line, font: { color: colours.ink, size: 12 }, namelength: -1, align: 'left' },
      dragmode: matchMedia('(pointer: coarse)').matches ? false : 'zoom', modebar: { color: colours.soft, activecolor: colours.ink, bgcolor: 'rgba(0,0,0,0)' },
      xaxis: x, yaxis: y, uirevision: 'kept',
    };
  }

  const config = {
    displaylogo: false, displayModeBar: 'hover', responsive: false, scrollZoom: false, modeBarButtonsToRemove: ['select2d', 'lasso2d', 'zoomIn2d', 'zoomOut2d'],
    toImageButtonOptions: { format: 'svg', filename: 'chart' },
  };

  function draw(figure) {
    const { chart, plot, hidden } = figure;
    const colours = palette();
    const data = chart.series.flatMap((series, i) => traces(chart, series, i, colours).map(trace => ({ ...trace, visible: !hidden.has(i) })));
    Plotly.react(plot, data, layout(chart, colours, plot.clientWidth), config);
    figure.drawn = true;
  }

  const drawn = () => [...figures.values()].filter(figure => figure.drawn);

  // What an axis shows, in the axis' own numbers: of a logarithmic one, exponents.
  function move(figure, shift, zoom) {
    const [low, high] = figure.plot._fullLayout.xaxis.range;
    const [centre, half] = [(low + high) / 2 + shift * (high - low), (high - low) / 2 * zoom];
    Plotly.relayout(figure.plot, { 'xaxis.range': [centre - half, centre + half] });
  }

  function key(figure, event) {
    const moves = { ArrowLeft: [-.2, 1], ArrowRight: [.2, 1], '+': [0, .6], '=': [0, .6], '-': [0, 1 / .6] };
    if (!figure.drawn || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '0') Plotly.relayout(figure.plot, { 'xaxis.autorange': true, 'yaxis.autorange': true });
    else if (moves[event.key]) move(figure, ...moves[event.key]);
    else return;
    event.preventDefault();
  }

  function prepare(element) {
    const figure = {
      chart: JSON.parse(element.querySelector('script').textContent), plot: element.querySelector('.plot'), hidden: new Set(), drawn: false,
    };
    element.querySelectorAll('.legend button').forEach((button, i) => {
      button.disabled = false;
      button.addEventListener('click', () => {
        const shown = figure.hidden.delete(i);
        if (!shown) figure.hidden.add(i);
        button.setAttribute('aria-pressed', String(shown));
        draw(figure);
      });
    });
    figure.plot.addEventListener('keydown', event => key(figure, event));
    figures.set(element, figure);
  }

  root.classList.add('scripted');
  document.querySelectorAll('figure.chart').forEach(prepare);
  const near = new IntersectionObserver(entries => entries.filter(entry => entry.isIntersecting).forEach(entry => {
    near.unobserve(entry.target);
    draw(figures.get(entry.target));
  }), { rootMargin: '400px' });
  figures.forEach((_, element) => near.observe(element));

  dark.addEventListener('change', () => drawn().forEach(draw));
  let waiting = 0;
  addEventListener('resize', () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => drawn().forEach(draw));
  });

  // Paper is white and has a width of its own; all charts are on it.
  const print = on => {
    root.classList.toggle('print', on);
    figures.forEach(draw);
  };
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
})();
