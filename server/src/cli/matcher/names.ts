/**
 * Names as they are given in Kenya, the frequent ones first: those of a community in small letters of the two
 * sexes, and how large a share of the people it stands for. Shares and order are rough, after public statistics;
 * what matters is how unevenly names are spread and that a person's names belong together.
 */
export interface Community {
  readonly share: number;
  readonly men: readonly string[];
  readonly women: readonly string[];
  /** What people of the community are baptised or called first. */
  readonly given: 'christian' | 'muslim';
}

const list = (names: string): readonly string[] => names.trim().split(/\s+/);

export const COMMUNITIES: readonly Community[] = [
  {
    share: 0.19,
    given: 'christian',
    men: list(`Mwangi Kamau Njoroge Maina Kariuki Karanja Kimani Macharia Ndungu Githinji Mbugua Waweru Kinyua Gitau
      Muriuki Ng'ang'a Njuguna Wachira Gichuru Muchiri Irungu Kuria Chege Gathogo Kinuthia Muiruri Ngugi Thuku Gachanja
      Kabiru Nderitu Wanyoike Gikonyo Mwaura Kagwe Murage Kiragu Gathuru Mathenge Theuri`),
    women:
      list(`Wanjiku Wambui Njeri Wangari Wanjiru Nyambura Wairimu Muthoni Waithera Wangui Nyokabi Wacera Mumbi
      Gathoni Nyawira Wangeci Njoki Wamaitha Warugulu Wanja Nduta Mukami Wamuyu Wothaya Wahu Wakonyo Nyaguthii Wanjeri
      Ruguru Wamucii`),
  },
  {
    share: 0.14,
    given: 'christian',
    men: list(`Wafula Barasa Wekesa Simiyu Wanjala Juma Shikuku Mukhwana Makokha Masinde Wanyama Khaemba Situma Were
      Wamalwa Muchanga Mulama Ambani Ingosi Lusweti Kundu Sifuna Nyongesa Khisa Musungu Ouma Shitanda Imbuga Amukoa
      Mudavadi Opili Wangila Mutoro Webuye Sikuku Kombo`),
    women:
      list(`Nekesa Nafula Nasimiyu Naliaka Nanjala Nelima Khayesi Ayuma Mmbone Nabwire Nakhumicha Namalwa Atsieno
      Nasambu Khasoa Muhonja Kadenyi Auma Khavai Nangila Mutenyo Nabangala Shisia Kageha Musimbi`),
  },
  {
    share: 0.13,
    given: 'christian',
    men: list(`Kipkoech Koech Kiprotich Cheruiyot Kiptoo Korir Langat Rotich Ruto Kibet Kipchumba Kiplagat Kimutai
      Mutai Bett Kiprono Kosgei Sang Keter Biwott Chepkwony Kirui Tanui Kipkemboi Kemboi Kiprop Kipruto Kosgey Ngeno
      Rono Sigei Too Barngetuny Chelimo Kiptanui Limo Tuwei Yego Kibor Murgor`),
    women:
      list(`Chebet Cherono Chepkoech Chelangat Jepkosgei Chepngetich Jepchirchir Cheptoo Chemutai Jerotich Cherotich
      Chepkemoi Jebet Chepkorir Jelimo Chepchumba Jeptoo Chesang Jepkemboi Chepkurui Jepngetich Cheruto Chelimo Jeruto
      Chepkirui Jemutai`),
  },
  {
    share: 0.12,
    given: 'christian',
    men: list(`Otieno Odhiambo Ochieng Onyango Omondi Ouma Owino Okoth Odongo Oduor Opiyo Okello Owuor Juma Ogutu Obiero
      Oloo Awuor Obura Okumu Oyugi Oluoch Onyiego Ojwang Ogola Osano Okeyo Omolo Ooko Ongoro Otiende Odero Ochola Okinyi
      Abuor Oginga`),
    women:
      list(`Achieng Akinyi Atieno Adhiambo Awuor Anyango Auma Akoth Awino Apiyo Adongo Aoko Amondi Akello Aluoch
      Atoti Adoyo Ogola Nyangweso Ajwang Aloo Abuya Adero Akumu Athieno`),
  },
  {
    share: 0.11,
    given: 'christian',
    men: list(`Mutua Musyoka Kioko Mutiso Muthama Mwendwa Kilonzo Muli Ndambuki Nzioka Makau Mutinda Musau Munyao Kyalo
      Muia Mbithi Nzuki Wambua Mulwa Maingi Muthiani Mutuku Kimeu Kitonga Mumo Ngila Muasya Nthenge Kasyoka Munywoki
      Mwanzia Masila Kivuva`),
    women:
      list(`Mwende Mwikali Mueni Mutheu Kalekye Ndinda Nduku Mbithe Syombua Wayua Kavata Ndunge Katunge Nthenya Mumbua
      Minoo Kanini Mbula Wanza Muthoki Kamene Syokau Mukulu Kasiva Ngina Kavinya`),
  },
  {
    share: 0.1,
    given: 'muslim',
    men: list(`Mohamed Abdi Hassan Ali Ahmed Hussein Ibrahim Omar Yusuf Abdullahi Adan Osman Noor Issack Farah Maalim
      Jama Abdirahman Salat Sheikh Bare Dahir Muktar Gedi Haji Khalif Warsame Mahat Hersi Billow Aden Sahal Guyo Halake
      Boru Dida`),
    women:
      list(`Fatuma Halima Amina Khadija Maryan Habiba Asha Hawa Zainab Sadia Rukia Nasra Farhiya Ifrah Hamdi Safia
      Shukri Muna Deka Ubah Hodan Bishara Kaltuma Rahma`),
  },
  {
    share: 0.07,
    given: 'christian',
    men: list(`Nyamweya Onyancha Makori Ongeri Mogaka Nyakundi Momanyi Moseti Ondieki Osoro Obara Getenga Nyangau Mokaya
      Bosire Nyabuto Ombati Orina Omwenga Machuki Ogeto Ratemo Maranga Onsongo Ombui Tinega Arasa Mose Okari Morara`),
    women:
      list(`Moraa Kemunto Nyaboke Kerubo Bosibori Nyanchama Kwamboka Gesare Moke Bonareri Nyamoita Mongina Kemuma
      Nyaboe Moragwa Kerebi Nyakerario Bochaberi Makemba Sigara`),
  },
  {
    share: 0.07,
    given: 'muslim',
    men: list(`Mwinyi Kazungu Charo Karisa Katana Said Baya Kombo Chengo Ngala Mwakio Kahindi Mwachiro Shee Athman Bakari
      Hamisi Mzee Juma Omari Salim Swaleh Famau Kitsao Safari Tsuma Mwamburi Mghanga Mbogo Rashid Suleiman Masoud`),
    women:
      list(`Mariam Mwanaisha Dama Kadzo Sidi Umazi Zuhura Mwanajuma Saumu Tatu Kache Nyevu Jumwa Mishi Bahati Fauzia
      Time Mwaka Riziki Zubeda Mejumaa Sada`),
  },
  {
    share: 0.07,
    given: 'christian',
    men: list(`Muriithi Mutwiri Kirimi Mwenda Murithi Gitonga Mugambi Kinoti Njeru Ireri Nyaga Mwiti Kaaria Muthuri Koome
      Bundi Mutembei Karimi Kithinji Kiruja Nkonge Rutere Kobia Njagi Muthee Namu Kathenya Mbaabu Mwirigi Gikundi`),
    women:
      list(`Kawira Karimi Makena Kendi Nkatha Gacheri Kathure Mukiri Kagendo Ciambaka Igoki Karambu Mwari Kanana
      Gatwiri Ntinyari Mukami Marigu Wanja Kinya`),
  },
];

export const GIVEN = {
  christian: {
    men: list(`John Peter James Joseph David Paul Samuel Daniel Stephen Michael Brian Kelvin Dennis Patrick George Kevin
      Simon Francis Charles Moses Anthony Geoffrey Isaac Robert Benson Evans Victor Jackson Elijah Martin Philip Alex
      Vincent Joshua Eric Felix Collins Edwin Dominic Nicholas Julius Henry Solomon Benjamin Jacob Richard Thomas Wilson
      Bernard Amos Emmanuel Abraham Kennedy Erick Ezekiel Nelson Boniface Gabriel Caleb Duncan Fredrick Raphael Hillary
      Justus Timothy Edward William Titus Denis Allan Lawrence Albert Ronald Douglas Cyrus Josphat Elias Reuben Clement
      Nathan Gideon Japheth Shadrack Wycliffe Festus Jonathan Stanley Leonard Mark`),
    women:
      list(`Mary Jane Grace Faith Mercy Esther Elizabeth Margaret Lucy Ann Joyce Caroline Sarah Susan Rose Catherine
      Lilian Agnes Ruth Nancy Alice Beatrice Janet Diana Monica Purity Florence Eunice Irene Lydia Josephine Gladys Naomi
      Rachel Winnie Sharon Jacqueline Damaris Hellen Tabitha Cynthia Veronica Teresia Dorcas Christine Judith Jackline
      Anne Emily Charity Phyllis Brenda Doreen Maureen Pauline Milka Salome Rebecca Miriam Edith Priscilla Joan Linet
      Loise Martha Everlyne Juliet Virginia Evelyne Stella Peris Rosemary Gloria Teresa Consolata Emma Vivian Zipporah
      Selina Deborah Regina Norah`),
  },
  muslim: {
    men: list(`Mohamed Abdi Ali Hassan Ahmed Ibrahim Yusuf Abdullahi Hussein Omar Said Salim Juma Hamisi Bakari Suleiman
      Rashid Issa Musa Abdalla Kassim Ramadhan Swaleh Athman Mbarak Adan Abdirahman Ismail Hamza Idris Mustafa Abubakar
      Twalib Feisal Khalid Nassir Jamal Imran`),
    women:
      list(`Fatuma Amina Halima Mariam Asha Zainab Khadija Rehema Mwanaisha Habiba Saida Rukia Aisha Hawa Zuhura
      Salma Zeinab Saumu Maimuna Swabra Nuru Leila Zulekha Sofia Hafsa Sumaya Najma Bahati Rahma Shamsa`),
  },
} as const;
