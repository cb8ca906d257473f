import type { Metadata } from 'next';
import { SecurityPage } from '@/components/config/security-page';

export const metadata: Metadata = { title: 'Security' };

export default SecurityPage;
