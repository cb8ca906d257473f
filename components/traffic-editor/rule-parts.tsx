'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { EntryList } from '@/components/ui/entry-list';
import { NumberField, TextField, Toggle } from '@/components/ui/field';
import { SelectField } from '@/components/ui/select-field';
import type {
  HeaderChanges,
  PathChange,
  PatternChange,
  RuleCors,
  RuleMirror,
  RuleRedirect,
  RuleRewrite,
} from '@/lib/kinds/shared/rule-editor';
import type { SplitRow } from '@/lib/traffic';

const keyOf = (one: Pick<RuleMirror, 'host' | 'namespace' | 'subset' | 'port'>): string =>
  `${one.host}|${one.namespace ?? ''}|${one.subset ?? ''}|${one.port ?? ''}`;

/** Copies of requests to other destinations. */
export function MirrorPart({
  mirrors,
  targets,
  onChange,
}: {
  mirrors: readonly RuleMirror[];
  targets: readonly SplitRow[];
  onChange: (mirrors: RuleMirror[]) => void;
}): ReactNode {
  const t = useTranslations('traffic');
  const add = (): void => {
    const target = targets.find((row) => row.destination.weight === 0) ?? targets[0];
    if (!target) return;
    const { host, namespace, subset, port } = target.destination;
    onChange([...mirrors, { host, namespace, subset, port, percent: 100, from: null }]);
  };
  return (
    <div className="flex flex-col gap-1">
      {mirrors.length === 0 && <Toggle label={t('mirrorOn')} checked={false} onChange={add} disabled={targets.length === 0} />}
      {mirrors.map((mirror, index) => {
        const put = (next: RuleMirror): void => onChange(mirrors.map((one, at) => (at === index ? next : one)));
        const options = targets.map((row) => [keyOf(row.destination), row.label] as const);
        if (!options.some(([key]) => key === keyOf(mirror))) options.push([keyOf(mirror), `${mirror.host} ${mirror.subset ?? ''}`]);
        return (
          <div key={index}>
            <SelectField
              label={t('mirrorTo')}
              value={keyOf(mirror)}
              options={options}
              onChange={(key) => {
                const target = targets.find((row) => keyOf(row.destination) === key);
                if (!target) return;
                const { host, namespace, subset, port } = target.destination;
                put({ ...mirror, host, namespace, subset, port });
              }}
            />
            <NumberField
              label={t('share')}
              value={mirror.percent}
              min={0}
              max={100}
              unit="%"
              onChange={(percent) => put({ ...mirror, percent: percent ?? 0 })}
            />
            <Button size="sm" variant="ghost" onClick={() => onChange(mirrors.filter((_, at) => at !== index))}>
              {t('delete')}
            </Button>
          </div>
        );
      })}
      {mirrors.length > 0 && (
        <Button size="sm" variant="ghost" className="self-start" onClick={add}>
          {t('mirrorAdd')}
        </Button>
      )}
    </div>
  );
}

const nothing: HeaderChanges = { set: [], add: [], remove: [] };

/** What is set, added to and removed from the headers of requests and responses. */
export function HeadersPart({
  request,
  response,
  onRequest,
  onResponse,
}: {
  request: HeaderChanges | null;
  response: HeaderChanges | null;
  onRequest: (changes: HeaderChanges) => void;
  onResponse: (changes: HeaderChanges) => void;
}): ReactNode {
  const t = useTranslations('traffic');
  const sides = [
    [t('requestHeaders'), request ?? nothing, onRequest],
    [t('responseHeaders'), response ?? nothing, onResponse],
  ] as const;
  const pairs = (rows: string[][]): [string, string][] => rows.map(([name = '', value = '']) => [name, value]);
  return sides.map(([side, changes, onChange]) => (
    <div key={side} className="mb-1">
      <h5 className="text-xs text-faint">{side}</h5>
      {(['set', 'add'] as const).map((what) => (
        <EntryList
          key={what}
          label={t(what === 'set' ? 'setHeader' : 'addHeader')}
          entries={changes[what]}
          columns={[t('headerName'), t('headerValue')]}
          addLabel={t('row')}
          removeLabel={(row) => t('removeRow', { row: String(row) })}
          onChange={(rows) => onChange({ ...changes, [what]: pairs(rows) })}
        />
      ))}
      <EntryList
        label={t('removeHeader')}
        entries={changes.remove.map((name) => [name])}
        columns={[t('headerName')]}
        addLabel={t('row')}
        removeLabel={(row) => t('removeRow', { row: String(row) })}
        onChange={(rows) => onChange({ ...changes, remove: rows.map(([name = '']) => name) })}
      />
    </div>
  ));
}

function PathFields({
  path,
  modes,
  label,
  onChange,
}: {
  path: PathChange | null;
  modes: readonly PathChange['mode'][];
  label: string;
  onChange: (path: PathChange | null) => void;
}): ReactNode {
  const t = useTranslations('traffic');
  return (
    <>
      <TextField
        label={label}
        mono
        value={path?.value ?? ''}
        placeholder={t('asAsked')}
        onChange={(value) => onChange(value === '' ? null : { mode: path?.mode ?? modes[0] ?? 'prefix', value })}
      />
      {path !== null && modes.length > 1 && (
        <SelectField
          label={t('pathPart')}
          value={path.mode}
          options={modes.map((mode) => [mode, t(`pathMode.${mode}`)] as const)}
          onChange={(mode) => onChange({ ...path, mode })}
        />
      )}
    </>
  );
}

/** What the destination is asked for instead. */
export function RewritePart({
  rewrite,
  modes,
  onChange,
}: {
  rewrite: RuleRewrite | null;
  modes: readonly (PathChange | PatternChange)['mode'][];
  onChange: (rewrite: RuleRewrite | null) => void;
}): ReactNode {
  const t = useTranslations('traffic');
  const now = rewrite ?? { path: null, host: null };
  const { path } = now;
  const plain = modes.filter((mode) => mode !== 'regex');
  const put = (next: RuleRewrite): void => onChange(next.path === null && next.host === null ? null : next);
  return (
    <>
      {path?.mode === 'regex' ? (
        <>
          <TextField
            label={t('rewritePattern')}
            mono
            value={path.match}
            placeholder="^/v\d+/(.*)"
            onChange={(match) => put({ ...now, path: { ...path, match } })}
          />
          <TextField
            label={t('rewriteReplacement')}
            mono
            value={path.value}
            placeholder="/\1"
            onChange={(value) => put({ ...now, path: { ...path, value } })}
          />
        </>
      ) : (
        <PathFields label={t('rewritePath')} path={path} modes={plain} onChange={(next) => put({ ...now, path: next })} />
      )}
      {modes.includes('regex') && (
        <Toggle
          label={t('rewriteByPattern')}
          checked={path?.mode === 'regex'}
          onChange={(on) => {
            const value = path?.value ?? '';
            const back: PathChange | null = value === '' ? null : { mode: 'prefix', value };
            put({ ...now, path: on ? { mode: 'regex', match: '', value } : back });
          }}
        />
      )}
      <TextField
        label={t('rewriteHost')}
        mono
        value={now.host ?? ''}
        placeholder={t('asAsked')}
        onChange={(host) => put({ ...now, host: host === '' ? null : host })}
      />
    </>
  );
}

const redirectCodes = ['301', '302', '303', '307', '308'] as const;

/** An answer that sends the caller elsewhere; it takes the place of the destinations. */
export function RedirectPart({
  redirect,
  modes,
  onChange,
  onBack,
}: {
  redirect: RuleRedirect | null;
  modes: readonly ('prefix' | 'full')[];
  onChange: (redirect: RuleRedirect) => void;
  /** Sends requests to a destination again. */
  onBack: () => void;
}): ReactNode {
  const t = useTranslations('traffic');
  const text = (value: string): string | null => (value === '' ? null : value);
  return (
    <>
      <Toggle
        label={t('redirectOn')}
        checked={redirect !== null}
        onChange={(on) =>
          on ? onChange({ scheme: null, host: null, path: { mode: 'full', value: '/' }, port: null, code: null }) : onBack()
        }
      />
      <p className="text-xs text-faint">{t('redirectInstead')}</p>
      {redirect !== null && (
        <>
          <PathFields label={t('path')} path={redirect.path} modes={modes} onChange={(path) => onChange({ ...redirect, path })} />
          <TextField
            label={t('host')}
            mono
            value={redirect.host ?? ''}
            placeholder={t('asAsked')}
            onChange={(host) => onChange({ ...redirect, host: text(host) })}
          />
          <SelectField
            label={t('scheme')}
            value={redirect.scheme ?? ''}
            options={[
              ['', t('asAsked')],
              ['http', 'http'],
              ['https', 'https'],
            ]}
            onChange={(scheme) => onChange({ ...redirect, scheme: text(scheme) })}
          />
          <NumberField
            label={t('port')}
            value={redirect.port}
            min={1}
            max={65_535}
            placeholder={t('asAsked')}
            onChange={(port) => onChange({ ...redirect, port })}
          />
          <SelectField
            label={t('status')}
            value={redirect.code === null ? '' : String(redirect.code)}
            options={[['', t('meshDefault')], ...redirectCodes.map((code) => [code, code] as const)]}
            onChange={(code) => onChange({ ...redirect, code: code === '' ? null : Number(code) })}
          />
        </>
      )}
    </>
  );
}

const freshCors: RuleCors = {
  origins: [{ operator: 'exact', value: '*' }],
  methods: ['GET'],
  headers: [],
  expose: [],
  maxAgeSeconds: null,
  credentials: null,
};

/** Whose scripts may ask from other origins. */
export function CorsPart({
  cors,
  patterns,
  onChange,
}: {
  cors: RuleCors | null;
  patterns: boolean;
  onChange: (cors: RuleCors | null) => void;
}): ReactNode {
  const t = useTranslations('traffic');
  const operators = useTranslations('conditions');
  const lists = [
    ['methods', 'methods'],
    ['headers', 'corsHeaders'],
    ['expose', 'expose'],
  ] as const;
  return (
    <>
      <Toggle label={t('corsOn')} checked={cors !== null} onChange={(on) => onChange(on ? freshCors : null)} />
      {cors !== null && (
        <>
          <EntryList
            label={t('origins')}
            entries={cors.origins.map((one) => [one.value])}
            columns={['https://…']}
            addLabel={t('row')}
            removeLabel={(row) => t('removeRow', { row: String(row) })}
            onChange={(rows) =>
              onChange({
                ...cors,
                origins: rows.map(([value = ''], index) => ({ operator: cors.origins[index]?.operator ?? 'exact', value })),
              })
            }
          />
          {patterns &&
            cors.origins.map((origin, index) => (
              <SelectField
                key={index}
                label={origin.value === '' ? '…' : origin.value}
                value={origin.operator}
                options={(['exact', 'prefix', 'regex'] as const).map((one) => [one, operators(`operator.${one}`)] as const)}
                onChange={(operator) =>
                  onChange({ ...cors, origins: cors.origins.map((one, at) => (at === index ? { ...one, operator } : one)) })
                }
              />
            ))}
          {lists.map(([field, label]) => (
            <TextField
              key={field}
              label={t(label)}
              mono
              value={cors[field].join(', ')}
              onChange={(value) => onChange({ ...cors, [field]: value === '' ? [] : value.split(',').map((one) => one.trimStart()) })}
            />
          ))}
          <NumberField
            label={t('maxAge')}
            value={cors.maxAgeSeconds}
            min={1}
            placeholder={t('none')}
            unit="s"
            onChange={(maxAgeSeconds) => onChange({ ...cors, maxAgeSeconds })}
          />
          <Toggle
            label={t('credentials')}
            checked={cors.credentials === true}
            onChange={(on) => onChange({ ...cors, credentials: on ? true : null })}
          />
        </>
      )}
    </>
  );
}
