'use client';

import type { ReactNode } from 'react';
import { ApplyInSteps } from '@/components/rollout/apply-in-steps';
import { ServiceRollout } from '@/components/rollout/service-rollout';
import { TrafficEditor, type TrafficEditorProps } from '@/components/traffic-editor/traffic-editor';

/** Puts the two rooms together: the editor of a service's traffic, and the shift in steps that a draft can be applied as. */
export function ServiceEditor(props: Omit<TrafficEditorProps, 'renderSteps'>): ReactNode {
  return (
    <>
      <ServiceRollout namespace={props.namespace} name={props.name} />
      <TrafficEditor {...props} renderSteps={(shift) => <ApplyInSteps shift={shift} />} />
    </>
  );
}
