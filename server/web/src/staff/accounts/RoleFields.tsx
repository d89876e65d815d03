import type { Role } from '@kinga/shared/contract/procedure.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChoiceField, textIn } from '../../ui/TextField.tsx';
import { useOperators } from '../use-operators.ts';
import { ROLES } from './choices.ts';

export interface ChosenRole {
  readonly role: Role;
  readonly operatorId?: string;
}

/** What somebody is, and for an operator's staff whose. */
export function RoleFields({ value }: { value: Role }) {
  const { t } = useTranslation();
  const [role, setRole] = useState<Role | undefined>(value);
  return (
    <>
      <ChoiceField
        name="role"
        label={t('accounts.role')}
        choices={ROLES}
        value={value}
        text={(choice) => t(`roles.${choice}`)}
        onChoice={setRole}
      />
      {role === 'operator' && <OperatorField />}
    </>
  );
}

function OperatorField() {
  const { t } = useTranslation();
  const operators = useOperators();
  return (
    <ChoiceField
      name="operatorId"
      label={t('accounts.operator')}
      none={t('accounts.noOperator')}
      choices={[...operators.keys()]}
      text={(id) => operators.get(id)?.name ?? id}
    />
  );
}

export function roleIn(data: FormData): ChosenRole {
  const role = ROLES.find((choice) => choice === data.get('role')) ?? 'citizen';
  const operatorId = textIn(data, 'operatorId');
  return { role, ...(role === 'operator' && operatorId !== '' && { operatorId }) };
}
