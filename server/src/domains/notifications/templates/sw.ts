import type { Texts } from './index.ts';

export const sw: Texts = {
  code: {
    subject: 'Nambari yako ya Kinga: {{code}}',
    text: 'Nambari yako ni {{code}}. Inatumika mara moja, ndani ya dakika kumi.\n\nKama hukuiomba, usifanye lolote. Hakuna mtu wa Kinga atakayekuomba nambari hii kamwe.',
    short: '{{code}} ni nambari yako ya Kinga. Dakika kumi, mara moja. Usimwambie mtu.',
  },
  codeForAccount: {
    subject: 'Nambari yako ya Kinga: {{code}}',
    text: 'Nambari yako ni {{code}}. Inafungua akaunti ya Kinga iliyo yako binafsi. Inatumika mara moja, ndani ya dakika kumi.\n\nKama hukuiomba, usifanye lolote. Hakuna mtu wa Kinga atakayekuomba nambari hii kamwe.',
    short: '{{code}} inafungua akaunti yako binafsi ya Kinga. Dakika kumi, mara moja. Usimwambie mtu.',
  },
  codeForOperatorAccount: {
    subject: 'Nambari yako ya Kinga: {{code}}',
    text: 'Nambari yako ni {{code}}. Inafungua akaunti ya Kinga ya mfanyakazi wa kampuni, ya kutuma ombi: hakuna anayeweza kujikinga kwa akaunti hiyo. Inatumika mara moja, ndani ya dakika kumi.\n\nKama hukuiomba, au unataka akaunti yako binafsi, usiitumie. Hakuna mtu wa Kinga atakayekuomba nambari hii kamwe.',
    short:
      '{{code}} inafungua akaunti ya Kinga ya mfanyakazi wa kampuni, si yako binafsi. Dakika kumi, mara moja. Usimwambie mtu.',
  },
  codeElsewhere: {
    subject: 'Nambari yako ya Kinga imetumwa kwa barua pepe yako',
    text: 'Nambari ya kuweka nenosiri jipya imetumwa kwa barua pepe ya akaunti yako, si hapa.\n\nKama hukuiomba, usifanye lolote.',
    short: 'Nambari yako ya Kinga imetumwa kwa barua pepe ya akaunti yako. Hukuiomba? Usifanye lolote.',
  },
  accountExists: {
    subject: 'Tayari una akaunti ya Kinga',
    text: 'Mtu, huenda ni wewe, ameomba akaunti ya Kinga kwa anwani hii. Tayari ipo: ingia, au omba nenosiri jipya.\n\nKama si wewe, usifanye lolote.',
    short: 'Tayari una akaunti ya Kinga: ingia, au omba nenosiri jipya.',
  },
  factorAdded: {
    subject: 'Hatua ya pili imeongezwa kwenye akaunti yako ya Kinga',
    text: 'Kuanzia sasa, kuingia kwenye akaunti yako kutahitaji hatua moja zaidi, iliyoongezwa sasa hivi.\n\nKama si wewe, badilisha nenosiri mara moja.',
    short: 'Hatua ya pili imeongezwa kwenye akaunti yako ya Kinga. Si wewe? Badilisha nenosiri.',
  },
  factorRemoved: {
    subject: 'Hatua ya pili imeondolewa kwenye akaunti yako ya Kinga',
    text: 'Hatua iliyohitajika kuingia kwenye akaunti yako imeondolewa sasa hivi.\n\nKama si wewe, badilisha nenosiri mara moja.',
    short: 'Hatua ya pili imeondolewa kwenye akaunti yako ya Kinga. Si wewe? Badilisha nenosiri.',
  },
  factorsReset: {
    subject: 'Hatua za pili za akaunti yako ya Kinga zimeondolewa',
    text: 'Mfanyakazi ameondoa hatua zote za pili za akaunti yako, kwa kuwa ameambiwa umezipoteza. Vipindi vyote vimefungwa.\n\nKama hukuomba, badilisha nenosiri mara moja na utuambie.',
    short: 'Hatua za pili za akaunti yako ya Kinga zimeondolewa. Hukuomba? Badilisha nenosiri.',
  },
  contactAdded: {
    subject: 'Mawasiliano yameongezwa kwenye akaunti yako ya Kinga',
    text: 'Nambari ya simu au barua pepe imeongezwa sasa hivi kwenye akaunti yako. Inaweza kutumika kuingia.\n\nKama si wewe, iondoe na ubadilishe nenosiri mara moja.',
    short: 'Mawasiliano yameongezwa kwenye akaunti yako ya Kinga. Si wewe? Yaondoe, badilisha nenosiri.',
  },
  contactRemoved: {
    subject: 'Mawasiliano yameondolewa kwenye akaunti yako ya Kinga',
    text: 'Nambari ya simu au barua pepe imeondolewa sasa hivi kwenye akaunti yako. Haitatumika tena kukufikia wala kuingia.\n\nKama si wewe, badilisha nenosiri mara moja.',
    short: 'Mawasiliano yameondolewa kwenye akaunti yako ya Kinga. Si wewe? Badilisha nenosiri.',
  },
  passwordChanged: {
    subject: 'Nenosiri lako la Kinga limebadilishwa',
    text: 'Nenosiri lako limebadilishwa na vipindi vingine vyote vimefungwa.\n\nKama si wewe, omba nenosiri jipya mara moja.',
    short: 'Nenosiri lako la Kinga limebadilishwa. Si wewe? Omba jipya mara moja.',
  },
  newDevice: {
    subject: 'Kuna aliyeingia kwenye akaunti yako ya Kinga',
    text: 'Mtu ameingia kwenye akaunti yako kwa kifaa kipya: {{device}}, mtandao {{network}}, {{at}}.\n\nKama si wewe, funga kipindi hicho na ubadilishe nenosiri mara moja.',
    short: 'Kifaa kipya kwenye akaunti yako ya Kinga: {{device}}, {{at}}. Si wewe? Badilisha nenosiri.',
  },
  exclusionRegistered: {
    subject: 'Umekingwa: {{reference}}',
    text: 'Kujizuia kwako {{reference}} kunatumika kwa kila kampuni yenye leseni.\n\nKunadumu hadi: {{until}}.\n\nUnaweza kukiongeza wakati wowote. Msaada usiku na mchana, bila malipo: 719.',
    short: 'Kinga {{reference}}: umekingwa hadi {{until}}. Msaada: 719.',
  },
  exclusionEnding: {
    subject: 'Kinga yako {{reference}}: siku {{days}} zimebaki',
    text: 'Kujizuia kwako {{reference}} kunafika mwisho {{until}}.\n\nUnaweza kukiongeza wakati wowote. Kuanzia miezi sita, kunaendelea hadi uombe kurudi.\n\nMsaada usiku na mchana, bila malipo: 719.',
    short: 'Kinga {{reference}}: siku {{days}} hadi {{until}}. Unaweza kuongeza. Msaada: 719.',
  },
  exclusionStays: {
    subject: 'Bado umekingwa: {{reference}}',
    text: 'Muda wa kujizuia kwako {{reference}} ulifika mwisho {{until}}. Kunaendelea kutumika hadi uombe kurudi; huhitaji kufanya lolote.\n\nMsaada usiku na mchana, bila malipo: 719.',
    short: 'Kinga {{reference}}: muda umekwisha, bado umekingwa hadi uombe kurudi. Msaada: 719.',
  },
  exclusionReturnRequested: {
    subject: 'Ombi la kumaliza kinga yako {{reference}}',
    text: 'Mtu, huenda ni wewe, ameomba kumaliza kujizuia kwako {{reference}}. Hakuna kinachobadilika hadi kuthibitishwe baada ya siku za kutafakari, na unaweza kuliondoa ombi hadi wakati huo.\n\nKama si wewe, liondoe na ubadilishe nenosiri mara moja. Msaada usiku na mchana, bila malipo: 719.',
    short: 'Kinga {{reference}}: kurudi kumeombwa. Si wewe? Liondoe ombi mara moja. Msaada: 719.',
  },
  exclusionLifted: {
    subject: 'Kinga yako {{reference}} imekwisha',
    text: 'Kujizuia kwako {{reference}} hakutumiki tena. Unaweza kujisajili upya wakati wowote.\n\nMsaada usiku na mchana, bila malipo: 719.',
    short: 'Kinga {{reference}}: kinga yako imekwisha. Unaweza kuanza tena wakati wowote. Msaada: 719.',
  },
  recordBegun: {
    subject: 'Rekodi yako {{reference}}',
    text: 'Msaada usiku na mchana, bila malipo: 719.\n\nRekodi {{reference}} inatumika. Inadumu hadi: {{until}}.\n\nKuuliza kuihusu, taja {{reference}}. Kama huielewi, mwenyewe alitumia anwani hii kabla yako: huhitaji kufanya lolote.',
    short:
      'Msaada bila malipo: 719. Kinga {{reference}} inatumika hadi {{until}}. Kuuliza, itaje. Si yako? Usifanye lolote.',
  },
  recordChanged: {
    subject: 'Rekodi yako {{reference}}: badiliko',
    text: 'Msaada usiku na mchana, bila malipo: 719.\n\nRekodi {{reference}} imebadilishwa. Kujua badiliko, tuulize na utaje {{reference}}.\n\nKama huielewi, mwenyewe alitumia anwani hii kabla yako: huhitaji kufanya lolote.',
    short:
      'Msaada bila malipo: 719. Kinga {{reference}} imebadilishwa. Kuuliza, itaje. Si yako? Usifanye lolote.',
  },
  recordEnding: {
    subject: 'Rekodi yako {{reference}}: siku {{days}} zimebaki',
    text: 'Msaada usiku na mchana, bila malipo: 719.\n\nRekodi {{reference}} inafika mwisho {{until}}. Inaweza kuongezwa wakati wowote: tuulize na utaje {{reference}}. Ya miezi sita au zaidi inaendelea hadi mwisho wake uombwe.\n\nKama huielewi, mwenyewe alitumia anwani hii kabla yako: huhitaji kufanya lolote.',
    short:
      'Msaada bila malipo: 719. Kinga {{reference}}: siku {{days}} hadi {{until}}. Kuiongeza, itaje. Si yako? Usifanye lolote.',
  },
  recordStays: {
    subject: 'Rekodi yako {{reference}} inaendelea',
    text: 'Msaada usiku na mchana, bila malipo: 719.\n\nMuda wa rekodi {{reference}} ulifika mwisho {{until}}. Inaendelea kutumika hadi mwisho wake uombwe.\n\nKama huielewi, mwenyewe alitumia anwani hii kabla yako: huhitaji kufanya lolote.',
    short:
      'Msaada bila malipo: 719. Kinga {{reference}}: muda umekwisha, inaendelea hadi mwisho uombwe. Si yako? Usifanye lolote.',
  },
  recordEnded: {
    subject: 'Rekodi yako {{reference}} imekwisha',
    text: 'Msaada usiku na mchana, bila malipo: 719.\n\nRekodi {{reference}} haitumiki tena. Mpya inaweza kufanywa wakati wowote.\n\nKama huielewi, mwenyewe alitumia anwani hii kabla yako: huhitaji kufanya lolote.',
    short:
      'Msaada bila malipo: 719. Kinga {{reference}} haitumiki tena. Mpya inaweza kufanywa wakati wowote. Si yako? Usifanye lolote.',
  },
  invitation: {
    subject: '{{by}} wanakualika Kinga',
    text: '{{by}} wanakualika kufanya kazi na Kinga. Fungua ukurasa wa Kinga, chagua “Nimealikwa”, kisha uweke msimbo huu:\n\n{{code}}\n\nUnafaa kwa siku tatu na kwa matumizi moja. Unachagua nenosiri lako mwenyewe.\n\nKama hujui hii inahusu nini, usifanye lolote.',
    short: '{{by}} wanakualika Kinga. Msimbo uko kwenye barua pepe yako.',
  },
  applicationReceived: {
    subject: 'Ombi lako limefika: {{name}}',
    text: 'Ombi la {{name}} limefika. Litaangaliwa. Ingia ili uone limefikia wapi.\n\nKama huna habari na ombi lolote, tuambie.',
    short: 'Kinga: ombi la {{name}} limefika.',
  },
  applicationIncomplete: {
    subject: 'Ombi lako linahitaji zaidi: {{name}}',
    text: 'Aliyeangalia ombi la {{name}} anaomba zaidi. Ingia usome ni nini, ulikamilishe na ulitume tena.',
    short: 'Kinga: ombi la {{name}} linahitaji zaidi. Ingia usome ni nini.',
  },
  applicationApproved: {
    subject: 'Ombi lako limekubaliwa: {{name}}',
    text: 'Ombi la {{name}} limekubaliwa. Ingia ili uwaalike wenzako na kuunganisha mifumo yenu.',
    short: 'Kinga: ombi la {{name}} limekubaliwa. Ingia ili uendelee.',
  },
  applicationRejected: {
    subject: 'Ombi lako limekataliwa: {{name}}',
    text: 'Ombi la {{name}} limekataliwa. Ingia usome sababu; unaweza kutuma jingine.',
    short: 'Kinga: ombi la {{name}} limekataliwa. Ingia usome sababu.',
  },
  operatorSuspended: {
    subject: 'Ufikiaji wa Kinga umesimamishwa: {{name}}',
    text: 'Ufikiaji wa {{name}} kwa Kinga umesimamishwa: funguo zake hazifanyi kazi kwa sasa. Ingia usome sababu, na uzungumze na mdhibiti.',
    short: 'Kinga: ufikiaji wa {{name}} umesimamishwa. Ingia usome sababu.',
  },
  operatorReinstated: {
    subject: 'Ufikiaji wa Kinga unafanya kazi tena: {{name}}',
    text: 'Ufikiaji wa {{name}} kwa Kinga unafanya kazi tena, kwa funguo zilizokuwepo.',
    short: 'Kinga: ufikiaji wa {{name}} unafanya kazi tena.',
  },
  complianceReport: {
    subject: 'Ripoti ya utekelezaji ya {{month}}',
    text: 'Ripoti ya utekelezaji ya {{month}}, mstari mmoja kwa kila kampuni:\n\n{{csv}}\nSiku ambazo ukaguzi wake haujahesabiwa: {{uncounted}}.\n\nTakwimu za siku nyingine ziko kwenye ukurasa wa Kinga.',
    short: 'Kinga: ripoti ya utekelezaji ya {{month}} ipo. Ingia uisome.',
  },
  licenceEnding: {
    subject: 'Leseni yako {{licenceNo}} inaisha tarehe {{until}}',
    text: 'Leseni yako {{licenceNo}} inaisha tarehe {{until}}. Tuma uhuishaji wake kwa mdhibiti kabla ya siku hiyo.',
    short: 'Kinga: leseni {{licenceNo}} inaisha tarehe {{until}}.',
  },
  licenceEnded: {
    subject: 'Leseni yako {{licenceNo}} iliisha tarehe {{until}}',
    text: 'Leseni yako {{licenceNo}} iliisha tarehe {{until}}. Endelea kuwakagua watu; tuma uhuishaji wake kwa mdhibiti mara moja.',
    short: 'Kinga: leseni {{licenceNo}} iliisha tarehe {{until}}. Ihuishe mara moja.',
  },
  keyEnding: {
    subject: 'Ufunguo wenu wa Kinga “{{label}}” unaisha tarehe {{until}}',
    text: 'Ufunguo wenu wa kazi “{{label}}” unaisha tarehe {{until}}; baada ya hapo utakataliwa. Tengenezeni mwingine kabla ya siku hiyo (operators.rotateKey, au ukurasa wa Ulinganifu kama cheti kinaisha pamoja nao), na mifumo yenu iutumie.',
    short: 'Kinga: ufunguo {{keyId}} unaisha tarehe {{until}}. Tengenezeni mwingine kabla ya siku hiyo.',
  },
  complianceLow: {
    subject: 'Alama yenu ya utiifu ya Kinga ni {{score}} kati ya 100',
    text: 'Alama yenu ya utiifu ya siku thelathini hadi {{day}} ni {{score}} kati ya 100, chini ya {{threshold}}. Ukurasa wa kampuni yenu unaonyesha imetokana na nini na cha kurekebisha. Mdhibiti anaiona pia.',
    short: 'Kinga: alama yenu ya utiifu ni {{score}} kati ya 100. Tazama ukurasa wa kampuni yenu.',
  },
  news: {
    subject: 'Kuna jambo jipya kwako',
    text: 'Kuna jambo jipya kwako. Fungua programu ulisome.',
    short: 'Kuna jambo jipya kwako. Fungua programu ulisome.',
  },
  petitionNotice: {
    subject: 'Una taarifa: {{reference}}',
    text: 'Kuna taarifa kwako, kumbukumbu {{reference}}. Una haki ya kusikilizwa kabla ya uamuzi wowote, hadi {{until}}.\n\nIngia uisome na kujibu, au mwombe mdhibiti aandike unachotaka kusema.',
    short: 'Kinga: una taarifa, {{reference}}. Ingia uisome na ujibu kabla ya {{until}}.',
  },
  petitionMoved: {
    subject: 'Habari katika shauri {{reference}}',
    text: 'Kuna habari katika shauri {{reference}}. Ingia uisome na uone unachoweza kufanya.',
    short: 'Kinga: kuna habari katika shauri {{reference}}. Ingia uisome.',
  },
  changesUnacknowledged: {
    subject: 'Kinga: mabadiliko {{open}} ya rejista hayajathibitishwa',
    text: 'Mifumo yenu haijathibitisha mabadiliko {{open}} ya rejista yanayohusu wateja wenu; la zamani zaidi lilihifadhiwa dakika {{minutes}} zilizopita. Hadi yathibitishwe, mtu aliyejitenga anaweza kuendelea kucheza kwenu.\n\nUnganisheni tena na mthibitishe (operators.acknowledge), au webhook yenu ijibu 2xx. Mdhibiti anaona hili pia.',
    short: 'Kinga: mabadiliko {{open}} hayajathibitishwa kwa dakika {{minutes}}. Unganisheni mifumo yenu.',
  },
  supportPerson: {
    subject: 'Mtu wako wa karibu ametuomba tukujulishe',
    text: 'Hujambo {{name}},\n\nmtu aliyekutaja kuwa anayemwamini ametuomba tukujulishe: {{news}}.\n\nHuenda akafurahi kusikia kutoka kwako. Msaada usiku na mchana, bila malipo: 719.',
    short: 'Mtu anayekuamini ametuomba tukujulishe: {{news}}. Msaada: 719.',
  },
};
