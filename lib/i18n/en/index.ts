import { change } from './change';
import { common } from './common';
import { conditions } from './conditions';
import { configuration } from './configuration';
import { editor } from './editor';
import { errors } from './errors';
import { explorer } from './explorer';
import { gateways } from './gateways';
import { graph } from './graph';
import { health } from './health';
import { history } from './history';
import { overview } from './overview';
import { security } from './security';
import { rollout } from './rollout';
import { service } from './service';
import { services } from './services';
import { shell } from './shell';
import { traces } from './traces';
import { traffic } from './traffic';
import { whyNot } from './why-not';
import { words } from './words';

/** The English catalogue: one file per page. Every text a user sees is in here. */
export const en = {
  change,
  common,
  conditions,
  configuration,
  editor,
  errors,
  explorer,
  gateways,
  graph,
  health,
  history,
  overview,
  security,
  rollout,
  service,
  services,
  shell,
  traces,
  traffic,
  whyNot,
  words,
};
