import type { Metadata } from 'next';
import { GatewaysPage } from '@/components/config/gateways-page';

export const metadata: Metadata = { title: 'Gateways' };

export default GatewaysPage;
