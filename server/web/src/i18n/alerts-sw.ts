import type { alertsEn } from './alerts-en.ts';
import type { Texts } from './texts.ts';

export const alertsSw: Texts<typeof alertsEn> = {
  explained: {
    propagation: {
      unacknowledged:
        'Kampuni haijathibitisha badiliko la rejista kwa wakati: hadi ithibitishe, inaweza kumruhusu aliyezuiwa kucheza. Mabadiliko yaliyo wazi: {{open}}, la zamani zaidi lilifanyika {{oldest}}. Tahadhari huisha yenyewe kampuni ikishathibitisha yote.',
      unclosed:
        'Kampuni iliarifiwa kuhusu zuio zaidi ya saa {{hours}} zilizopita na haijasema kwamba akaunti imefungwa. Tahadhari huisha yenyewe ikishafungwa.',
    },
    canary: {
      failed:
        'Nodi {{node}} ilijibu vibaya, au si kwa wakati, kuhusu watu {{persons}} wanaojulikana, kwa njia {{way}}: {{wrong}}. Kampuni zinazouliza hapo zinaweza kujibiwa hivyo hivyo. Tahadhari huisha yenyewe majibu yakiwa sahihi.',
      instead: '{{answer}} badala ya {{expected}}',
      none: 'hakuna jibu',
      ways: {
        socket: 'ya ulizo kwenye soketi',
        batch: 'ya maulizo kwa pamoja kwenye soketi',
        http: 'ya ulizo kwa HTTP',
        token: 'ya tokeni kwenye soketi',
      },
    },
    screening: {
      onePerson:
        'Kampuni iliuliza kuhusu mtu mmoja mara {{times}} ndani ya saa moja, na sera inaruhusu {{limit}}; dau na amana hazihesabiwi.',
      morePeople:
        'Kampuni inauliza kuhusu watu wengi kuliko walio na tahadhari zao, kila mmoja zaidi ya mara {{limit}} kwa saa; dau na amana hazihesabiwi.',
      scan: 'Kampuni iliuliza kuhusu nambari {{numbers}} ({{type}}) ambazo kila moja inafuata iliyotangulia kwa hatua isiyozidi {{step}}, ndani ya sekunde {{seconds}} hivi; sera inaziita {{identifiers}} kuwa ni ukaguzi wa mfuatano. Nambari za wateja hazikaribiani hivyo: mtu anajaribu kujua nani amezuiwa.',
      oneName:
        'Kampuni iliuliza kwa jina moja na tarehe za kuzaliwa {{dates}} au zaidi ndani ya saa moja, na sera inaruhusu {{limit}}: tarehe zinazohesabiwa moja baada ya nyingine hufichua aliyezuiwa alizaliwa lini.',
      moreNames:
        'Kampuni inauliza kwa majina mengi kuliko yaliyo na tahadhari zake, kila moja kwa zaidi ya tarehe {{limit}} za kuzaliwa kwa saa.',
      manyPeople:
        'Kampuni imeuliza kuhusu watu tofauti {{people}} leo, pengine sehemu moja ya ishirini zaidi au pungufu, na imeunganisha wateja {{customers}}. Sera inatarajia wasiozidi {{limit}}: {{floor}}, au {{each}} kwa kila mteja aliyeunganishwa ikiwa ni zaidi. Ama wateja wake hawajaunganishwa, au inauliza kuhusu watu wasioihusu.',
      answered: 'Maulizo yalijibiwa.',
      possible: 'Maulizo yalijibiwa, na tarehe mojawapo huenda ililingana na mtu.',
      personRefused: 'Maulizo zaidi kuhusu mtu huyo kwa ufunguo huu yanakataliwa hadi saa iwe na machache.',
      datesRefused: 'Tarehe zaidi kwa jina hilo kwa ufunguo huu zinakataliwa hadi saa iwe na chache.',
      blocked:
        'Funguo zilizowekwa kuzuiwa, au zote ikiwa sera inasema hivyo, zinakataliwa kwa muda, au hadi mtu aondoe kizuizi kwenye ukurasa wa kampuni.',
    },
    tokens: {
      foreignUse:
        'Tokeni ya kampuni {{owner}} ilitumiwa kwa ufunguo wa kampuni {{usedBy}}. Tokeni inafaa katika kampuni yake tu: ilipitishwa kwa wengine au iliibwa.',
      probing:
        'Ufunguo uliuliza kwa tokeni {{tokens}} ndani ya dakika {{minutes}} ambazo si za kampuni yake: {{malformed}} hazikuwa tokeni, {{unknown}} si za mtu yeyote, {{foreign}} ni za kampuni nyingine. Kuanzia {{least}} mtu anazijaribu, au kumbukumbu za kampuni yenyewe zina makosa. Hakuna iliyojibiwa.',
      sharedContact:
        'Mawasiliano mamoja ({{type}}) yako kwenye tokeni za watu {{people}} wenye vitambulisho tofauti; hadi {{most}} ndiyo familia hushiriki. Wakala, duka au mtu mmoja nyuma ya vitambulisho vingi angeonekana hivi.',
      sharedContacts:
        'Kundi la wateja lilileta mawasiliano {{contacts}} ambayo kila moja liko kwa watu zaidi ya {{most}}. Katika wateja wote wa kampuni hiyo mara nyingi ni kijaza nafasi; inafaa kusahihishwa huko.',
      manyOperators:
        'Mtu mmoja alikuwa mteja wa kampuni {{operators}} ndani ya dakika {{minutes}}; zaidi ya {{most}} ni kukimbilia akaunti, au utambulisho ulio mikononi mwa wasiohusika.',
      twoRecords:
        'Kampuni ilitaja kwa pamoja vitambulisho viwili vya nguvu ambavyo hapo awali ilivitoa kama vya watu wawili tofauti: huenda rekodi hizo ni za mtu mmoja. Tokeni zote mbili zinabaki, na ya kwanza inajibu kwa vitambulisho vyote vilivyotajwa.',
      accounts:
        'Mtu mmoja ana akaunti {{customers}} za mteja katika kampuni moja. Zuio linazihusu zote, na kampuni inaarifiwa kuhusu kila moja.',
      manyAccounts:
        'Kundi la wateja lina watu {{people}} wenye zaidi ya akaunti moja katika kampuni. Zuio linahusu akaunti zao zote, na kampuni inaarifiwa kuhusu kila moja.',
      sequentialBatch:
        'Tokeni zilitolewa kwa vitambulisho vya taifa {{run}} vinavyofuatana, katika kundi moja; kuanzia {{least}} hilo si bahati bali ni nambari zilizobuniwa au kujaribiwa.',
      sequential:
        'Tokeni zilitolewa kwa vitambulisho vya taifa {{run}} vinavyofuatana, ndani ya dakika chache; kuanzia {{least}} hilo si bahati bali ni nambari zilizobuniwa au kujaribiwa.',
      compromised:
        'Kampuni iliarifu kwamba tokeni iko mikononi mwa wasiohusika: {{reason}}. Ilikataliwa kila mahali papo hapo, na mpya ikatolewa. Inabidi kujua kama wengine wanahusika.',
      reasons: {
        leaked: 'imevuja',
        stolen: 'imeibwa',
        misused: 'imetumiwa vibaya',
        other: 'sababu nyingine',
      },
    },
    operators: {
      licenceEnded:
        'Leseni iliisha {{until}}. Funguo za kampuni bado zinafanya kazi: isimamishe ikiwa inapaswa kuacha.',
      licenceEnds: 'Leseni inaisha {{until}}.',
      lastKey:
        'Ufunguo wa mwisho wa kazi unaisha {{until}}: baada ya hapo kampuni haiwezi kuuliza kuhusu yeyote.',
      low: 'Alama ya utiifu ni {{score}} kati ya 100, chini ya {{limit}}.',
      fell: 'Alama ya utiifu ilishuka kutoka {{best}} hadi {{score}} ndani ya wiki moja.',
      silent: 'Hakuna aliyeulizwa kwa saa {{hours}}, ingawa kampuni ina funguo {{keys}} za kazi.',
    },
    petitions: {
      notice: 'Ombi linasubiri: notisi kwa mhusika ilipaswa kutolewa kabla ya {{due}}.',
      decision: 'Ombi linasubiri: lilipaswa kuamuliwa kabla ya {{due}}.',
      appeal: 'Rufaa inasubiri: ilipaswa kuamuliwa kabla ya {{due}}.',
      meanwhile: 'Mhusika amezuiwa kwa sasa.',
      toIt: 'Nenda kwenye ombi',
    },
  },
};
