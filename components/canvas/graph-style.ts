import type { StylesheetJson } from 'cytoscape';
import { changeColor, family, nodeLine } from './look-of';
import { nameSize } from './paint-texts';
import type { CanvasColors } from './read-colors';

/** The look of the graph (LOOK "Graph grammar") in cytoscape's terms. */
export function graphStyle(colors: CanvasColors): StylesheetJson {
  const byHealth = (['healthy', 'degraded', 'failing', 'idle', 'unknown'] as const).flatMap((health): StylesheetJson => [
    {
      selector: `node[health = "${health}"]`,
      style: { 'border-color': nodeLine(colors, health), 'border-width': health === 'failing' || health === 'degraded' ? 2.5 : 1.5 },
    },
    {
      selector: `edge[health = "${health}"]`,
      style: {
        'line-color': health === 'failing' ? colors.failing : health === 'degraded' ? colors.degraded : colors.lineStrong,
        'target-arrow-color': health === 'failing' ? colors.failing : health === 'degraded' ? colors.degraded : colors.lineStrong,
      },
    },
  ]);
  const changes = (
    ['appeared', 'vanished', 'failsMore', 'failsLess', 'slower', 'faster', 'busier', 'quieter', 'gains', 'loses', 'breaks'] as const
  ).map((change) => [change, changeColor(colors, change)] as const);
  return [
    {
      selector: 'node[shape]',
      style: {
        width: 38,
        height: 38,
        shape: 'ellipse',
        'background-color': colors.panel,
        label: 'data(label)',
        'text-wrap': 'wrap',
        'text-max-width': '120px',
        'text-valign': 'bottom',
        'text-margin-y': 5,
        'font-family': family,
        'font-size': nameSize,
        'line-height': 1.25,
        color: colors.text,
        'text-outline-color': colors.page,
        'text-outline-width': 2,
        'overlay-opacity': 0,
      },
    },
    ...byHealth,
    { selector: 'node[shape = "service"]', style: { shape: 'round-diamond' } },
    { selector: 'node[shape = "gateway"]', style: { shape: 'hexagon', width: 42 } },
    { selector: 'node[shape = "external"]', style: { 'border-style': 'dashed' } },
    { selector: 'node[shape = "unknown"]', style: { 'border-style': 'dashed', 'background-color': colors.inset } },
    {
      // The ring that shows which share of the requests failed.
      selector: 'node[errorShare > 0]',
      style: {
        'pie-size': '100%',
        'pie-hole': '68%',
        'pie-1-background-color': colors.failing,
        'pie-1-background-size': 'mapData(errorShare, 0, 1, 0, 100)',
        'pie-2-background-color': colors.panel,
        'pie-2-background-size': 'mapData(errorShare, 0, 1, 100, 0)',
      } as Record<string, unknown>,
    },
    {
      selector: 'node[level]',
      style: {
        shape: 'round-rectangle',
        'background-color': colors.panel,
        'background-opacity': 0.55,
        'border-color': colors.line,
        'border-width': 1,
        label: 'data(label)',
        'text-valign': 'top',
        'text-halign': 'center',
        'text-margin-y': -4,
        'font-family': family,
        'font-size': 11,
        'font-weight': 500,
        color: colors.muted,
        padding: '22px',
        'overlay-opacity': 0,
      },
    },
    {
      selector: 'node[level = "app"]',
      style: {
        'border-style': 'dashed',
        'background-opacity': 0.4,
        'background-color': colors.inset,
        padding: '10px',
        'font-size': 10,
        label: '',
      },
    },
    {
      selector: 'edge',
      style: {
        width: 'data(width)',
        'curve-style': 'bezier',
        'control-point-step-size': 34,
        'target-arrow-shape': 'triangle',
        'arrow-scale': 0.85,
        'overlay-opacity': 0,
      },
    },
    {
      // An edge that would run through a node goes around it.
      selector: 'edge[weights]',
      style: {
        'curve-style': 'round-segments',
        'segment-weights': 'data(weights)',
        'segment-distances': 'data(distances)',
        'segment-radii': 18,
        'edge-distances': 'node-position',
      } as Record<string, unknown>,
    },
    { selector: 'edge[idle = 1]', style: { 'line-style': 'dashed' } },
    { selector: 'node.near[shape]', style: { 'border-color': colors.accent } },
    { selector: 'edge.near', style: { 'line-color': colors.accent, 'target-arrow-color': colors.accent } },
    {
      selector: 'node[shape = "closed"]',
      style: {
        shape: 'round-rectangle',
        width: 124,
        height: 48,
        'text-valign': 'center',
        'text-margin-y': 0,
        'text-max-width': '118px',
        'font-weight': 500,
      },
    },
    ...changes.flatMap(([change, color]): StylesheetJson => [
      { selector: `node[change = "${change}"]`, style: { 'border-color': color, 'border-width': 3 } },
      { selector: `edge[change = "${change}"]`, style: { 'line-color': color, 'target-arrow-color': color } },
    ]),
    { selector: '[change = "vanished"]', style: { 'line-style': 'dashed', 'border-style': 'dashed' } },
    {
      selector: 'node.found',
      style: { 'underlay-color': colors.accent, 'underlay-opacity': 0.28, 'underlay-padding': 6, 'underlay-shape': 'ellipse' },
    },
    { selector: 'edge.found', style: { 'underlay-color': colors.accent, 'underlay-opacity': 0.3, 'underlay-padding': 4 } },
    { selector: '.hidden', style: { display: 'none' } },
    { selector: '.faded', style: { opacity: 0.2 } },
    { selector: 'node.chosen', style: { 'border-color': colors.accent, 'border-width': 3 } },
    { selector: 'edge.chosen', style: { 'line-color': colors.accent, 'target-arrow-color': colors.accent, 'z-index': 10 } },
    { selector: 'edge.chosen[health = "failing"]', style: { 'line-color': colors.failing, 'target-arrow-color': colors.failing } },
  ];
}
